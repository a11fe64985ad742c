import { afterEach, beforeEach, expect, test } from 'vitest'
import { collectMachines } from '../../shared/core/collect-machines.ts'
import { graphOf } from '../../shared/core/definition-of.ts'
import { deleteFlow } from '../../shared/core/flows.ts'
import { ensureMachine, type ReadyMachine } from '../../shared/core/machines.ts'
import { saveAndPublish } from '../../shared/core/publish.ts'
import { resolveVersion } from '../../shared/core/versions.ts'
import { getMachine } from '../../shared/store/machines.ts'
import type { World } from '../../shared/world.ts'
import { failCalls, serviceError } from '../failing-calls.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { ann, asking, greeting } from './authors.ts'

const hour = 3_600_000
const week = 7 * 24 * hour
const owner = { orgId: 'o', flowId: 'f' }

let opened: TestWorld
let world: World
let now: number
beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  // Only the moment matters here: days pass without their seconds.
  const clock = { now: () => now, after: () => () => {}, sleep: async () => {} }
  opened = await openTestWorld({ clock })
  world = opened.world
})
afterEach(() => opened.close())

const made = ({ name }: ReadyMachine) => opened.machines.made.some((machine) => machine.name === name)
const stateOf = async ({ name }: ReadyMachine) => (await getMachine(world, owner, name))?.state ?? null

test('G2 an Express machine without a version goes after a week of grace and a week of retirement', async () => {
  const machine = await ensureMachine(world, owner, await graphOf(greeting()), 'express')

  const seen: (string | null)[] = []
  for (const wait of [0, week - 1, 1, week - 1, 1]) {
    now += wait
    await collectMachines(world)
    seen.push(await stateOf(machine))
  }

  expect(seen).toEqual(['READY', 'READY', 'RETIRED', 'RETIRED', null])
  expect(made(machine)).toBe(false)
})

test('G2 a Standard machine goes only when two looks an hour apart find no run on it', async () => {
  const machine = await ensureMachine(world, owner, await graphOf(asking), 'standard')
  opened.machines.busy.add(machine.name)
  const after = async (wait: number) => {
    now += wait
    return await collectMachines(world)
  }

  await after(week)
  expect(await after(week)).toBe(0)
  expect(await after(24 * hour)).toBe(0)
  opened.machines.busy.clear()
  expect(await after(24 * hour)).toBe(0)
  expect(await after(hour - 1)).toBe(0)
  // A run that began in the meantime starts the looking over.
  opened.machines.busy.add(machine.name)
  expect(await after(1)).toBe(0)
  opened.machines.busy.clear()
  expect(await after(24 * hour)).toBe(0)
  expect(made(machine)).toBe(true)
  expect(await after(hour)).toBe(1)
  expect([made(machine), await stateOf(machine)]).toEqual([false, null])
})

test('G2 a machine that a version needs stays for good, whichever kind', async () => {
  const { flow } = await saveAndPublish(world, ann, { definition: greeting() })
  const { machine } = await resolveVersion(world, 'o', flow.id, 'latest')
  const both = [await machine('express'), await machine('standard')]

  for (let i = 0; i < 6; i++) {
    now += week
    expect(await collectMachines(world)).toBe(0)
  }

  expect(both.map(made)).toEqual([true, true])
})

test('a retired machine that is needed again is ready again', async () => {
  const machine = await ensureMachine(world, owner, await graphOf(greeting('again')), 'express')
  now += week
  await collectMachines(world)
  expect(await stateOf(machine)).toBe('RETIRED')

  // Another process, which does not trust what this one knows.
  await ensureMachine(
    opened.another(),
    owner,
    await graphOf(`${greeting('again')}# other text, same graph\n`),
    'express',
  )

  expect(await stateOf(machine)).toBe('READY')
  expect(opened.machines.calls.create).toBeGreaterThan(1)
})

test('the machines of a deleted flow go like those without a version', async () => {
  const { flow } = await saveAndPublish(world, ann, { definition: asking })
  const machine = await (await resolveVersion(world, 'o', flow.id, 'latest')).machine('standard')
  await deleteFlow(world, ann, flow.id)

  let deleted = 0
  for (const wait of [week, week, hour]) {
    expect(made(machine)).toBe(true)
    now += wait
    deleted += await collectMachines(world)
  }

  expect([deleted, made(machine)]).toEqual([1, false])
})

test('a sweep that died between noting and deleting is finished by the next', async () => {
  const machine = await ensureMachine(world, owner, await graphOf(greeting('torn')), 'express')
  now += week
  await collectMachines(world)
  now += week
  const failing = failCalls(world, {
    command: 'DeleteStateMachineCommand',
    error: () => serviceError('ServiceUnavailable', 503),
  })
  expect(await collectMachines(world)).toBe(0)
  failing.stop()
  expect(await stateOf(machine)).toBe('DELETING')

  expect(await collectMachines(world)).toBe(1)

  expect([made(machine), await stateOf(machine)]).toEqual([false, null])
})

test('a machine that is being taken away is not started from: the caller is told to come back', async () => {
  const machine = await ensureMachine(world, owner, await graphOf(greeting('going')), 'express')
  now += week
  await collectMachines(world)
  now += week
  const failing = failCalls(world, {
    command: 'DeleteStateMachineCommand',
    error: () => serviceError('ServiceUnavailable', 503),
  })
  await collectMachines(world)
  failing.stop()
  const sleep = async (milliseconds: number) => {
    now += milliseconds
  }
  const patient = { ...world, clock: { ...world.clock, sleep } }

  await expect(
    ensureMachine(patient, owner, await graphOf(`${greeting('going')}# again\n`), 'express'),
  ).rejects.toMatchObject({ code: 'unavailable', details: { reason: 'publish_busy' } })

  expect(await stateOf(machine)).toBe('DELETING')
})
