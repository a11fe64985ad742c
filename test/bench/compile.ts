import { compile } from '../../shared/compile/compile.ts'
import { readDefinition } from '../../shared/definitions/read.ts'
import { chain } from './flows.ts'
import { quantile } from './load.ts'

/** Times the compiler alone on 500 steps. */
export function compileBench(): void {
  const { graph, problems } = readDefinition(chain(500) as never)
  if (graph === null) throw new Error(JSON.stringify(problems.slice(0, 3)))
  const times = Array.from({ length: 20 }, () => {
    const started = performance.now()
    compile(graph, {
      kind: 'express',
      stepFunction: 'local-sluice-step',
      scriptFunction: 'local-sluice-script',
    })
    return performance.now() - started
  }).sort((a, b) => a - b)
  console.log(
    `${'compile 500 steps'.padEnd(28)} p50 ${quantile(times, 0.5).toFixed(1)} ms  worst ${times.at(-1)?.toFixed(1)} ms`,
  )
}
