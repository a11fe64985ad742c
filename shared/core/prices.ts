/** What a run is counted in (dashboard.md §12). */
export type Unit =
  | 'transition'
  | 'express-run'
  | 'express-100ms'
  | 'function-call'
  | 'write'
  | 'wait'
  | 'email'
  | 'token-in'
  | 'token-out'
  | 'run'

/** Parts of a credit that prices are kept in, so that sums are exact. */
export const partsOfCredit = 10_000
/** US$ per credit. */
export const usdPerCredit = 0.000_01

/** Prices of one unit in ten-thousandths of a credit, and what each rests on. */
export interface PriceTable {
  name: string
  region: string
  parts: Record<Unit, number>
  /** Of one token by model, where the operator has set a price; else `parts` counts. */
  models: Record<string, { 'token-in': number; 'token-out': number }>
  basis: Record<Unit, string>
}

/** The one price table: credits, forecasts and the catalogue of steps read it. */
export const prices: PriceTable = {
  name: '2026-03',
  region: 'us-east-1',
  parts: {
    transition: 25_000,
    'express-run': 1000,
    'express-100ms': 104,
    'function-call': 500,
    write: 625,
    wait: 11_000,
    email: 100_000,
    'token-in': 0,
    'token-out': 0,
    run: 0,
  },
  models: {},
  basis: {
    transition: '$0.025 per 1,000 states entered',
    'express-run': '$1.00 per million runs',
    'express-100ms': '$0.00001667 per GB-second, 64 MB',
    'function-call': '256 MB for 100 ms',
    write: '$0.625 per million write units',
    wait: 'key, function and API of one question',
    email: '$0.10 per 1,000 messages',
    'token-in': 'no price set',
    'token-out': 'no price set',
    run: 'counted with the run that a step started',
  },
}

/** Write units of a run, of a working step, of a question. */
export const writeUnits = { run: 15, work: 3, wait: 18 }

/** What one run of a machine costs in parts before any step, and each state of it. */
export const runParts = {
  standard: { run: prices.parts.write * writeUnits.run, state: prices.parts.transition },
  // How long an Express run takes is known afterwards: 100 ms a run and a working step are counted.
  express: {
    run: prices.parts['express-run'] + prices.parts['express-100ms'] + prices.parts.write * writeUnits.run,
    state: 0,
  },
}

/** A number of parts as US$. */
export function usdOf(parts: number): number {
  return (parts / partsOfCredit) * usdPerCredit
}

/** A number of parts as credits. */
export function creditsOf(parts: number): number {
  return parts / partsOfCredit
}

/** The price of one unit, in parts; of tokens by their model. */
export function partsOf({ unit, model }: { unit: Unit; model?: string }): number {
  if (model === undefined || (unit !== 'token-in' && unit !== 'token-out')) return prices.parts[unit]
  return Object.hasOwn(prices.models, model) ? prices.models[model]![unit] : prices.parts[unit]
}
