/** What a function wants of an argument besides its type: JSONata about `$x`, and the same test for a literal. */
interface Want {
  argument: number
  condition: string
  holds(value: unknown): boolean
}

const isoDate =
  '^[0-9]{4}(-[01][0-9](-[0-3][0-9](T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?([+-][0-2][0-9]:?[0-5][0-9]|Z)?)?)?)?$'

/** Text that `$number` reads, short enough to stay finite. */
export const numberPattern = '^-?[0-9]+(\\.[0-9]+)?([Ee][-+]?[0-9][0-9]?)?$'

const notNegative = (argument: number): Want => ({
  argument,
  condition: '$x >= 0',
  holds: (value) => typeof value === 'number' && value >= 0,
})

/** Conditions under which a built-in function cannot fail although the types are right. */
export const wants: Record<string, Want[]> = {
  sqrt: [notNegative(0)],
  split: [notNegative(2)],
  replace: [{ argument: 1, condition: '$x != ""', holds: (value) => value !== '' }, notNegative(3)],
  formatBase: [
    {
      argument: 1,
      condition: '$x >= 2 and $x <= 36',
      holds: (value) => Number(value) >= 2 && Number(value) <= 36,
    },
  ],
  pad: [
    {
      argument: 1,
      condition: '$abs($x) < 100000 and $floor($x) = $x',
      holds: (value) => Number.isInteger(value) && Math.abs(Number(value)) < 100_000,
    },
  ],
  power: [{ argument: 0, condition: '$abs($x) < 1e60', holds: (value) => Math.abs(Number(value)) < 1e60 }],
  fromMillis: [
    {
      argument: 0,
      condition: '$abs($x) <= 8640000000000000',
      holds: (value) => Math.abs(Number(value)) <= 8.64e15,
    },
  ],
  number: [
    {
      argument: 0,
      condition: `$type($x) != "string" or $length($x) < 200 and $contains($x, /${numberPattern}/)`,
      holds: (value) =>
        typeof value !== 'string' || (value.length < 200 && new RegExp(numberPattern).test(value)),
    },
  ],
  toMillis: [
    {
      argument: 0,
      condition: `$contains($x, /${isoDate}/)`,
      holds: (value) => new RegExp(isoDate).test(String(value)),
    },
  ],
  sort: [
    {
      argument: 0,
      condition:
        '$count($x) < 2 or $not($exists($x[$type($) != "number"])) or $not($exists($x[$type($) != "string"]))',
      holds: () => false,
    },
  ],
  partition: [
    { argument: 0, condition: '$type($x) = "array"', holds: () => false },
    { argument: 1, condition: '$x >= 1', holds: (value) => Number(value) >= 1 },
  ],
}

/** Functions whose number may leave the range that JSON can carry. */
export const unbounded = new Set(['sum', 'average', 'round', 'toMillis', 'power'])

/** Functions that can fail on values of the right types, with the reason. */
export const fallible: Record<string, string> = {
  error: '`$error` ends the run',
  assert: '`$assert` ends the run',
  single: '`$single` fails unless exactly one item matches',
  parse: '`$parse` fails on text that is not JSON',
  match: 'a regular expression can run out of time',
  formatNumber: '`$formatNumber` fails on a picture it cannot read',
  formatInteger: '`$formatInteger` fails on a picture it cannot read',
  parseInteger: '`$parseInteger` fails on text that does not fit the picture',
  encodeUrlComponent: '`$encodeUrlComponent` fails on half of a surrogate pair',
  encodeUrl: '`$encodeUrl` fails on half of a surrogate pair',
  decodeUrlComponent: '`$decodeUrlComponent` fails on a malformed escape',
  decodeUrl: '`$decodeUrl` fails on a malformed escape',
  range: '`$range` fails when it has too many items',
}
