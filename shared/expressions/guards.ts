/**
 * What a built-in function takes, one letter an argument: `s` text, `S` text that is not empty, `n` number, `N` number
 * of at least 0, `w` number within ±10,000, `l` list of numbers, `t` list of texts, `m` object or list of objects,
 * `x` anything. After `?` come arguments that may be left out.
 */
const takes: Record<string, string> = {
  abs: 'n',
  append: 'xx',
  average: 'l',
  base64encode: 's',
  boolean: 'x',
  ceil: 'n',
  contains: 'ss',
  count: 'x',
  distinct: 'x',
  exists: 'x',
  floor: 'n',
  formatBase: 'n',
  join: 't?s',
  keys: 'x',
  length: 's',
  lookup: 'xs',
  lowercase: 's',
  max: 'l',
  merge: 'm',
  millis: '',
  min: 'l',
  not: 'x',
  now: '',
  pad: 'sw?s',
  random: '',
  replace: 'sSs?N',
  reverse: 'x',
  round: 'n',
  split: 'ss?N',
  sqrt: 'N',
  string: 'x',
  substring: 'sn?n',
  substringAfter: 'ss',
  substringBefore: 'ss',
  sum: 'l',
  trim: 's',
  type: 'x',
  uppercase: 's',
  uuid: '',
  values: 'x',
  zip: 'xx',
}

/** The arguments of a function that can be guarded, or undefined for one that cannot. */
export function argumentsOf(name: string): { letters: string[]; required: number } | undefined {
  const text = Object.hasOwn(takes, name) ? takes[name] : undefined
  if (text === undefined) return undefined
  const cut = text.indexOf('?')
  return { letters: [...text.replace('?', '')], required: cut < 0 ? text.length : cut }
}

/** JSONata that is true if the value may be passed where the letter stands; null = anything may. */
export function guardOf(letter: string, value: string): string | null {
  const is = (type: string) => `$type(${value}) = "${type}"`
  switch (letter) {
    case 's':
      return is('string')
    case 'S':
      return `${is('string')} and ${value} != ""`
    case 'n':
      return is('number')
    case 'N':
      return `(${is('number')} ? ${value} >= 0 : false)`
    case 'w':
      return `(${is('number')} ? $abs(${value}) <= 10000 : false)`
    case 'l':
      return all(value, 'number')
    case 't':
      return all(value, 'string')
    case 'm':
      return all(value, 'object')
    default:
      return null
  }
}

function all(value: string, type: string): string {
  return `($type(${value}) = "array" ? $count(${value}[$type($) = "${type}"]) = $count(${value}) : $type(${value}) = "${type}")`
}

/** Functions that call a function of the author's for each item: total if that function is. */
export const iterating = new Set(['map', 'filter', 'each', 'sift', 'reduce'])
