import { own } from '../shared/faces/own/face.ts'
import { serve } from '../shared/http/serve.ts'
import { httpDoor, onLambda } from './door.ts'

export const open = httpDoor(serve(own))
export const handler = onLambda(open)
