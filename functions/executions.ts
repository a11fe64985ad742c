import { executions } from '../shared/faces/executions/face.ts'
import { serve } from '../shared/http/serve.ts'
import { httpDoor, onLambda } from './door.ts'

export const open = httpDoor(serve(executions))
export const handler = onLambda(open)
