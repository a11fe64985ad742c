import { exampleInputs } from '../definitions/example-inputs.ts'
import { inputsSchema, sealedFields } from '../definitions/inputs.ts'
import type { JsonObject, World } from '../world.ts'
import { answering } from './refusal.ts'
import { readVersion } from './versions.ts'

/** What a version of a flow takes and gives. */
export interface FlowContract {
  flowId: string
  version: number
  name: string
  /** The author's notes on the version. */
  notes: string | null
  /** What may start it, e.g. `api`, `form`. */
  triggers: string[]
  /** JSON Schema of the inputs; any object if none are declared. */
  inputs: JsonObject
  /** Inputs that fit. */
  example: JsonObject
  /** JSON Schema of the output; null if none is declared. */
  output: JsonObject | null
}

/** @throws {Fault} `not_found`, also for `latest` where nothing is published. */
export async function readContract(
  world: World,
  orgId: string,
  flowId: string,
  wanted: number | 'latest',
): Promise<FlowContract> {
  const found = await answering(world, () => readVersion(world, orgId, flowId, wanted))
  const { version, name, notes, triggers, outputSchema } = found
  const fields = found.inputs ?? undefined
  const sealed = new Set(sealedFields(fields))
  // What is sealed at the door is not shown by way of a default.
  const shown = fields?.map(({ default: usual, ...field }) =>
    sealed.has(field.name) || usual === undefined ? field : { ...field, default: usual },
  )
  const { $schema: _, ...inputs } = inputsSchema(shown)
  return {
    ...{ flowId, version, name, notes, triggers, output: outputSchema },
    inputs: { ...inputs, ...requiredOf(inputsSchema(fields)) },
    example: exampleInputs(fields ?? []),
  }
}

/** A hidden default still makes its field optional. */
function requiredOf({ required = [] }: JsonObject): JsonObject {
  return { required }
}
