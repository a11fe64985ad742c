import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Stacks } from './open-stacks.ts'

/** What is read by whom an alarm wakes. */
export function runbook(stacks: () => Stacks): void {
  test('every alarm leads to a part of the runbook that says what to do, and the runbook has no others', () => {
    const runbook = readFileSync(join(import.meta.dirname, '../../../docs/runbook.md'), 'utf8')
    const parts = [...runbook.matchAll(/^## (\w+)$/gm)].map((match) => match[1]!.toLowerCase())
    const alarms = Object.values(stacks().service.findResources('AWS::CloudWatch::Alarm'))
    const linked = alarms.map(
      ({ Properties }) => /docs\/runbook\.md#(\w+)$/.exec(Properties.AlarmDescription)?.[1],
    )

    expect([...new Set(linked)].sort()).toEqual(parts.sort())
    for (const { Properties } of alarms) expect(Properties.AlarmActions).toHaveLength(1)
  })
}
