import { client } from '../shared/faces/client.ts'
import { serve } from '../shared/http/serve.ts'
import { httpDoor, onLambda } from './door.ts'

export const open = httpDoor(serve(client))
export const handler = onLambda(open)
