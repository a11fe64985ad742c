import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import release from '@jitl/quickjs-wasmfile-release-sync'
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
} from 'quickjs-emscripten-core'
import { parseStrict, StrictJsonError } from '../strict-json.ts'
import { limits } from './limits.ts'
import { prelude } from './prelude.ts'
import { ownProcessorMs } from './processor-time.ts'
import type { ScriptErrorCode } from './script-error.ts'

/** What a script came to: the JSON text of its value, or why there is none. */
export type Answer = { output: string } | { error: ScriptErrorCode; message: string }

/** Beside a bundled child, else in its package. */
const wasm = import.meta.filename.endsWith('.ts')
  ? createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')
  : join(import.meta.dirname, 'emscripten-module.wasm')
// The types of ECMAScript alone, which this house is checked with, know no WebAssembly.
const { Module } = (
  globalThis as unknown as { WebAssembly: { Module: new (code: Buffer) => WebAssembly.Module } }
).WebAssembly
// The package declares a CommonJS module; what is imported is its ES module.
const variant = newVariant(release as unknown as QuickJSSyncVariant, {
  wasmModule: new Module(readFileSync(wasm)),
})

/**
 * Runs one script in QuickJS, in an instance of its own whose memory is thrown away with it: nothing that a script does to
 * its globals, or to QuickJS itself, meets the next one.
 *
 * @param question JSON text, see prelude.ts.
 */
export async function runSandboxed(question: string): Promise<Answer> {
  const module = await newQuickJSWASMModuleFromVariant(variant)
  let late = false
  try {
    const runtime = module.newRuntime()
    runtime.setMemoryLimit(limits.memoryBytes)
    runtime.setMaxStackSize(limits.stackBytes)
    const end = performance.now() + limits.scriptMs
    const spent = ownProcessorMs() + limits.scriptMs
    runtime.setInterruptHandler(() => {
      late ||= performance.now() > end && ownProcessorMs() > spent
      return late
    })
    return judge(call(runtime, question), () => late)
  } catch (error) {
    // QuickJS left its own stack or memory: the instance is of no use any more, which does not matter.
    if (late) return tooLong
    return error instanceof RangeError ? tooDeep : tooMuch
  }
}

/** What the sandbox gave: text, or the error that not even the prelude could catch. */
type Raw = { text: string } | { failure: string }

function call(runtime: QuickJSRuntime, question: string): Raw {
  const context = runtime.newContext()
  const main = context.unwrapResult(context.evalCode(prelude, 'prelude.js'))
  const result = context.callFunction(main, context.undefined, context.newString(question))
  if (result.error) return { failure: messageOf(context, result.error) }
  return { text: context.getString(result.value) }
}

function messageOf(context: QuickJSContext, error: QuickJSHandle): string {
  if (context.typeof(error) !== 'object') return ''
  return context.getString(context.getProp(error, 'message'))
}

const tooLong: Answer = {
  error: 'Script.Timeout',
  message: `The script ran longer than ${limits.scriptMs} ms`,
}
const tooMuch: Answer = { error: 'Script.Memory', message: 'The script used more than 32 MB of memory' }
const tooDeep: Answer = { error: 'Script.TooDeep', message: 'The script nests calls, text or data too deep' }

function judge(raw: Raw, isLate: () => boolean): Answer {
  if (isLate()) return tooLong
  if ('failure' in raw) return ofLimit(raw.failure) ?? { error: 'Script.Error', message: 'The script failed' }
  const told = raw.text.startsWith('{"error":') ? (JSON.parse(raw.text) as Told) : null
  return told === null ? outputOf(raw.text) : failureOf(told)
}

interface Told {
  error: 'thrown' | 'syntax' | 'json'
  name: string
  message: string
  stack: string
}

/** QuickJS tells of its limits by errors that a script could throw as well: then it only names itself wrongly. */
function ofLimit(message: string): Answer | null {
  if (/^out of memory$/.test(message)) return tooMuch
  return /^(stack overflow|Maximum call stack size exceeded)$/.test(message) ? tooDeep : null
}

const codes = { thrown: 'Script.Error', syntax: 'Script.Syntax', json: 'Script.NotJson' } as const

function failureOf({ error, name, message, stack }: Told): Answer {
  const limit = name === 'InternalError' || name === 'RangeError' ? ofLimit(message) : null
  if (limit) return limit
  const line = /<input>:(\d+)/.exec(stack)?.[1]
  // The function's head takes two lines.
  const place = line === undefined || name === 'Error' ? '' : ` (line ${Math.max(1, Number(line) - 2)})`
  const named = name === '' || name === 'Error' ? message : `${name}: ${message}`
  const told = `${named || 'The script threw something without a message'}`.slice(0, limits.messageLength)
  return { error: codes[error], message: `${told.toWellFormed()}${place}` }
}

function outputOf(text: string): Answer {
  const output = text.slice('{"output":'.length, -1)
  if (Buffer.byteLength(output) > limits.outputBytes)
    return { error: 'Script.OutputTooLarge', message: 'The script returned more than 256 KiB' }
  try {
    parseStrict(output)
    return { output }
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error
    return { error: 'Script.NotJson', message: `What the script returned is not taken: ${error.message}` }
  }
}
