import { journeys } from '../shared/faces/journeys/face.ts'
import { serve } from '../shared/http/serve.ts'
import { httpDoor, onLambda } from './door.ts'

export const open = httpDoor(serve(journeys))
export const handler = onLambda(open)
