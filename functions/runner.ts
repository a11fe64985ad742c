import { runner } from '../shared/faces/runner/face.ts'
import { serve } from '../shared/http/serve.ts'
import { httpDoor, onLambda } from './door.ts'

export const open = httpDoor(serve(runner))
export const handler = onLambda(open)
