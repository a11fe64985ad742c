import { headless } from '../shared/faces/headless/face.ts'
import { serve } from '../shared/http/serve.ts'
import { httpDoor, onLambda } from './door.ts'

export const open = httpDoor(serve(headless))
export const handler = onLambda(open)
