/**
 * The functions an expression may call, with their signatures in JSONata's notation: `s n b o a f x` types, `-` takes
 * the context when left out, `?` optional, `+` repeated, `a<n>` array of numbers. The last six are Step Functions' own.
 */
export const signatures: Record<string, string> = {
  sum: '<a<n>:n>',
  count: '<a:n>',
  max: '<a<n>:n>',
  min: '<a<n>:n>',
  average: '<a<n>:n>',
  string: '<x-b?:s>',
  substring: '<s-nn?:s>',
  substringBefore: '<s-s:s>',
  substringAfter: '<s-s:s>',
  lowercase: '<s-:s>',
  uppercase: '<s-:s>',
  length: '<s-:n>',
  trim: '<s-:s>',
  pad: '<s-ns?:s>',
  match: '<s-fn?:a>',
  contains: '<s-(sf):b>',
  replace: '<s-(sf)(sf)n?:s>',
  split: '<s-(sf)n?:a>',
  join: '<a<s>s?:s>',
  formatNumber: '<n-so?:s>',
  formatBase: '<n-n?:s>',
  formatInteger: '<n-s:s>',
  parseInteger: '<s-s:n>',
  number: '<(nsb)-:n>',
  floor: '<n-:n>',
  ceil: '<n-:n>',
  round: '<n-n?:n>',
  abs: '<n-:n>',
  sqrt: '<n-:n>',
  power: '<n-n:n>',
  random: '<n?:n>',
  boolean: '<x-:b>',
  not: '<x-:b>',
  map: '<af:a>',
  zip: '<a+:a>',
  filter: '<af:a>',
  single: '<af?:x>',
  reduce: '<afx?:x>',
  sift: '<o-f?:o>',
  keys: '<x-:a>',
  lookup: '<x-s:x>',
  append: '<xx:x>',
  exists: '<x:b>',
  spread: '<x-:x>',
  merge: '<a<o>:o>',
  reverse: '<a:a>',
  each: '<o-f:x>',
  error: '<s?:x>',
  assert: '<bs?:x>',
  type: '<x:s>',
  sort: '<af?:a>',
  shuffle: '<a:a>',
  distinct: '<x:x>',
  base64encode: '<s-:s>',
  base64decode: '<s-:s>',
  encodeUrlComponent: '<s-:s>',
  encodeUrl: '<s-:s>',
  decodeUrlComponent: '<s-:s>',
  decodeUrl: '<s-:s>',
  toMillis: '<s-s?:n>',
  fromMillis: '<n-s?s?:s>',
  clone: '<(oa)-:x>',
  now: '<s?s?:s>',
  millis: '<:n>',
  partition: '<an:a>',
  range: '<nnn:a>',
  hash: '<ss:s>',
  uuid: '<:s>',
  parse: '<s:x>',
}

/** True for a function that Step Functions' JSONata has. */
export function isFunctionName(name: string): boolean {
  return Object.hasOwn(signatures, name)
}

/** One argument that a function takes. */
export interface Parameter {
  /** Letters of the accepted types; `x` = any. */
  types: string
  /** For arrays: the letter every item must have. */
  items?: string
  optional: boolean
  /** Taken from the context if left out. */
  context: boolean
  repeated: boolean
}

/** What a function takes and gives. */
export interface Signature {
  parameters: Parameter[]
  result: string
}

/** The signature of a built-in function. */
export function signatureOf(name: string): Signature {
  const [parameters = '', result = 'x'] = signatures[name]!.slice(1, -1).split(':')
  const found = parameters.matchAll(/(?:\((\w+)\)|(\w))(?:<(\w)>)?([-?+]?)/g)
  return {
    parameters: [...found].map(([, choice, single, items, mark]) => ({
      types: choice ?? single!,
      ...(items !== undefined && { items }),
      optional: mark === '?',
      context: mark === '-',
      repeated: mark === '+',
    })),
    result,
  }
}
