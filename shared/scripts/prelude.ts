/**
 * The first code of every sandbox, evaluated by QuickJS before the author's. It puts the run's moment in the place of the
 * clock and a seeded generator in the place of chance, then gives the function that runs the author's code. What it needs
 * afterwards it takes now: the author's code may change every global.
 *
 * The function is given `{code, input, now, seed}` as JSON text, and gives JSON text: `{"output": ...}`, or
 * `{"error": kind, "name", "message", "stack"}` with kind `thrown`, `syntax` or `json`.
 */
export const prelude = `(() => {
  'use strict'
  const { parse, stringify } = JSON
  const Compile = Function
  const slice = Function.prototype.call.bind(String.prototype.slice)
  const isWellFormed = Function.prototype.call.bind(String.prototype.isWellFormed)
  const { construct } = Reflect
  const { imul } = Math
  const Clock = Date

  const fixClock = (now) => {
    function Date(...parts) {
      if (!new.target) return new Clock(now).toString()
      return construct(Clock, parts.length === 0 ? [now] : parts, new.target)
    }
    Date.prototype = Clock.prototype
    Date.prototype.constructor = Date
    Date.now = () => now
    Date.parse = Clock.parse
    Date.UTC = Clock.UTC
    Object.defineProperty(globalThis, 'Date', { value: Date, writable: true, configurable: true })
  }

  const seedChance = ([a, b, c, d]) => {
    Math.random = () => {
      const t = (((a + b) | 0) + d) | 0
      d = (d + 1) | 0
      a = b ^ (b >>> 9)
      b = (c + (c << 3)) | 0
      c = ((c << 21) | (c >>> 11)) + t | 0
      return (t >>> 0) / 4294967296
    }
    for (let i = 0; i < 12; i++) Math.random()
  }

  const text = (value) => (typeof value === 'string' ? slice(value, 0, 2000) : '')
  const told = (error, thrown) => {
    const isObject = typeof thrown === 'object' && thrown !== null
    try {
      if (isObject) return { error, name: text(thrown.name), message: text(thrown.message), stack: text(thrown.stack) }
      return { error, name: 'Error', message: text(typeof thrown === 'symbol' ? 'a symbol' : '' + thrown), stack: '' }
    } catch {
      return { error, name: 'Error', message: '', stack: '' }
    }
  }
  const notJson = (message) => ({ error: 'json', name: 'Error', message, stack: '' })

  const asJson = (value) => {
    if (value === undefined) return '{"output":null}'
    if (typeof value === 'function' || typeof value === 'symbol') return stringify(notJson('It returned a ' + typeof value))
    if (typeof value === 'object' && value !== null && typeof value.then === 'function')
      return stringify(notJson('It returned a promise: scripts cannot wait'))
    let wrong = ''
    const output = stringify(value, (_name, member) => {
      if (typeof member === 'number' && (member !== member || member === Infinity || member === -Infinity))
        wrong = 'It returned ' + member + ', which JSON does not have'
      if (typeof member === 'bigint') wrong = 'It returned a BigInt, which JSON does not have'
      if (typeof member === 'string' && !isWellFormed(member)) wrong = 'It returned half of a character'
      return wrong === '' ? member : null
    })
    if (wrong !== '') return stringify(notJson(wrong))
    if (output === undefined) return '{"output":null}'
    return '{"output":' + output + '}'
  }

  return (question) => {
    const { code, input, now, seed } = parse(question)
    fixClock(now)
    seedChance(seed)
    let run
    try {
      run = Compile('input', code)
    } catch (error) {
      return stringify(told('syntax', error))
    }
    let value
    try {
      value = run(input)
    } catch (error) {
      return stringify(told('thrown', error))
    }
    try {
      return asJson(value)
    } catch (error) {
      return stringify(told('json', error))
    }
  }
})()`
