import { dashboard } from '../shared/faces/dashboard/face.ts'
import { serve } from '../shared/http/serve.ts'
import { httpDoor, onLambda } from './door.ts'

export const open = httpDoor(serve(dashboard))
export const handler = onLambda(open)
