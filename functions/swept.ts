import { sweep } from '../shared/core/reconcile.ts'
import { door, onLambda } from './door.ts'

/** Every few minutes: what is recorded is compared with what the engine does. */
export const open = door((world) => sweep(world))
export const handler = onLambda(open)
