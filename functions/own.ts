import { own } from '../shared/faces/own/face.ts'
import { serve } from '../shared/http/serve.ts'
import { httpDoor, onLambda } from './door.ts'

/** Also what fits no route comes here: wrong methods and pre-flights of every face are answered from the whole table. */
const table = async () => (await import('../shared/faces/index.ts')).routes
export const open = httpDoor(serve({ ...own, table }))
export const handler = onLambda(open)
