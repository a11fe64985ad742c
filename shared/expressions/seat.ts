import { type ChildProcess, fork } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Outcome, Work } from './child.ts'
import { evaluationsPerChild, hardTimeMs } from './limits.ts'

/** A place for one child: forked when needed, ended when it overruns, renewed after its share of work. */
export class Seat {
  busy = false
  private child: ChildProcess | undefined
  private done = 0

  async run(work: Work): Promise<Outcome> {
    this.busy = true
    try {
      return await this.send(work)
    } finally {
      this.busy = false
      this.done++
      if (this.done >= evaluationsPerChild) this.end()
    }
  }

  end(): void {
    this.child?.kill('SIGKILL')
    this.child = undefined
    this.done = 0
  }

  private send(work: Work): Promise<Outcome> {
    this.child ??= forkChild()
    const child = this.child
    return new Promise((resolve) => {
      const finish = (outcome: Outcome): void => {
        clearTimeout(wall)
        child.removeAllListeners()
        resolve(outcome)
      }
      const fail = (failed: string): void => {
        this.end()
        finish({ failed })
      }
      // A fresh child first has to load; its time counts from when it can work.
      const wall = setTimeout(
        () => fail(`The expression ran longer than ${hardTimeMs} ms`),
        hardTimeMs + (this.done === 0 ? 2000 : 0),
      )
      child.once('message', finish)
      child.once('exit', () => fail('The expression used too much memory'))
      child.once('error', () => fail('The expression could not be evaluated'))
      child.send(work)
    })
  }
}

const here = import.meta.dirname

function forkChild(): ChildProcess {
  const require = createRequire(import.meta.url)
  // Each package as it is linked and where it really lies, and the file that says these are ES modules.
  const packages = ['jsonata', 're2js'].flatMap((name) => [
    join(here, '../../node_modules', name),
    `${realpathSync(require.resolve(name)).split(`/${name}/`)[0]}/${name}`,
  ])
  const readable = [here, join(here, '../../package.json'), ...packages]
  return fork(join(here, 'child.ts'), {
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [
      '--max-old-space-size=64',
      '--disable-proto=throw',
      '--no-addons',
      '--permission',
      ...readable.map((path) => `--allow-fs-read=${path}`),
    ],
  })
}
