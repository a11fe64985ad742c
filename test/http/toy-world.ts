import type { Role } from '../../shared/core/roles.ts'
import { type FakeClock, fakeClock } from '../fake-clock.ts'
import { makeTenant, type Tenant, tokenFor } from '../tenants.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { caller, type Send } from './caller.ts'
import { Toy, toyServed } from './toy.ts'

/** Toy routes on a real table, and two organisations that call them. */
export interface ToyWorld extends TestWorld {
  clock: FakeClock
  toy: Toy
  send: Send
  acme: Tenant
  other: Tenant
  /** A new token, where time has passed. */
  fresh(role: Role): Promise<string>
}

export async function openToyWorld(env: Record<string, string> = {}): Promise<ToyWorld> {
  const clock = fakeClock()
  const opened = await openTestWorld({ clock, env })
  const toy = new Toy()
  const acme = await makeTenant(opened.world, 'acme')
  return {
    ...opened,
    clock,
    toy,
    send: caller(opened.world, toyServed(toy)),
    acme,
    other: await makeTenant(opened.world, 'other'),
    fresh: (role) => tokenFor(opened.world, acme.account[role]),
  }
}
