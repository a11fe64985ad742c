import { createHash } from 'node:crypto'
import { canonicalJson } from '../asl/canonical.ts'
import { contextNames } from '../definitions/checks/context-names.ts'
import { triggerSchema } from '../definitions/header-schema.ts'
import { maxDepth, maxSteps } from '../definitions/reading.ts'
import { maxDefinitionBytes } from '../definitions/text.ts'
import { limits as expressionLimits } from '../expressions/limits.ts'
import { fieldTypes } from '../field-types.ts'
import type { StepKind, StepType } from '../steps/define.ts'
import { stepTypes } from '../steps/index.ts'
import { paramsSchema } from '../steps/params-schema.ts'
import type { Feature, Json, JsonObject, Settings } from '../world.ts'
import { inputsLimitBytes } from './accept-inputs.ts'
import { creditsOf, prices, type Unit } from './prices.ts'
import { type RunWord, runWords } from './run-view.ts'

/** A step type as editors show it. */
export interface CatalogueStep {
  type: string
  aliases: string[]
  kind: StepKind
  summary: string
  /** JSON Schema 2020-12. */
  params: JsonObject
  /** Outcomes besides those that all steps of its kind have; empty where the params name them. */
  outcomes: string[]
  output: string[]
  /** Params whose choices `step-field-items` gives. */
  dynamicFields: string[]
  example: Json
}

/** All that an editor needs to know of the language and of this deployment (dashboard.md §6). */
export interface Catalogue {
  steps: CatalogueStep[]
  triggers: { type: string }[]
  fieldTypes: string[]
  expressions: { language: string; open: string; close: string; names: string[] }
  statuses: RunWord[]
  limits: Record<string, number>
  features: Record<Feature, boolean>
  models: string[]
  prices: { table: string; region: string; items: { unit: Unit; credits: number; basis: string }[] }
}

/** The catalogue, read off what enforces it, and a hash that changes whenever it does. */
export function readCatalogue({ features, models }: Settings): { catalogue: Catalogue; hash: string } {
  const catalogue = { ...language(), features, models: [...models], prices: priceList() }
  return { catalogue, hash: createHash('sha256').update(canonicalJson(catalogue)).digest('hex') }
}

let known: Omit<Catalogue, 'features' | 'models' | 'prices'> | undefined

/** The part that only a new release changes: made once in the life of a function. */
function language(): Omit<Catalogue, 'features' | 'models' | 'prices'> {
  known ??= {
    steps: stepTypes.map(shown),
    triggers: triggerTypes().map((type) => ({ type })),
    fieldTypes: [...fieldTypes],
    expressions: { language: 'JSONata 2.0.6', open: '{{', close: '}}', names: expressionNames() },
    statuses: runWords,
    limits: {
      steps: maxSteps,
      definitionBytes: maxDefinitionBytes,
      bodyDepth: maxDepth,
      expressionCharacters: expressionLimits.sourceLength,
      inputsBytes: inputsLimitBytes,
    },
  }
  return known
}

function shown(step: StepType): CatalogueStep {
  const { type, aliases = [], kind, summary, output, example, choices = {} } = step
  return {
    ...{ type, aliases, kind, summary, params: paramsSchema(step) },
    outcomes: step.outcomesAreSteps || step.outcomesInParams ? [] : step.outcomes(example),
    ...{ output, dynamicFields: Object.keys(choices), example: example as Json },
  }
}

function triggerTypes(): string[] {
  return triggerSchema.options.flatMap(({ shape }) => [...(shape.type._zod.values as Set<string>)])
}

/** What an expression may begin with, besides the flow's own inputs and steps. */
function expressionNames(): string[] {
  return [...new Set([...contextNames, ...stepTypes.flatMap(({ bodyNames = [] }) => bodyNames)])]
}

function priceList(): Catalogue['prices'] {
  const { name, region, parts, basis } = prices
  const units = Object.keys(parts) as Unit[]
  return {
    table: name,
    region,
    items: units.map((unit) => ({ unit, credits: creditsOf(parts[unit]), basis: basis[unit] })),
  }
}
