import { hooks } from '../shared/faces/hooks.ts'
import { serve } from '../shared/http/serve.ts'
import { httpDoor, onLambda } from './door.ts'

export const open = httpDoor(serve(hooks))
export const handler = onLambda(open)
