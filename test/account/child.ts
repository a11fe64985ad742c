import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Demo } from '../../infra/local/demo.ts'

const top = join(import.meta.dirname, '../..')
/** `PROFILE=<folder>` writes a CPU profile of the account there. */
const profiling = process.env.PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.PROFILE}`] : []

/** What `npm start` gives to node. */
function startArguments(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as {
    scripts: { start: string }
  }
  return scripts.start.split(' ').slice(1)
}

/** The local account in a process of its own, as `npm start` runs it. */
export interface AccountChild {
  url: string
  folder: string
  demo: Demo
  /** What it printed until it was ready. */
  printed: string
  /** From the start of the process until it answered, in milliseconds. */
  readyMs: number
  process: ChildProcess
  /** Memory in use, in megabytes. */
  rssMegabytes(): number
  /** What it has used of the processors, in milliseconds, in all its threads. */
  cpuMs(): number
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>
  /** Ends it as Ctrl-C does; gives the exit code. */
  stop(): Promise<number | null>
}

export interface ChildOptions {
  /** @default a new temporary folder */
  folder?: string
  /** @default any free port */
  port?: number
  env?: Record<string, string>
}

/** Loads come from one key and one address. */
const anyRate = {
  SLUICE_PRINCIPAL_RATE: '1000000',
  SLUICE_ORGANISATION_RATE: '1000000',
  SLUICE_ADDRESS_RATE: '1000000',
}

/** Starts the account and waits until it says that it is ready. @throws with what it printed if it ends before. */
export async function startAccount({ folder, port = 0, env = {} }: ChildOptions = {}): Promise<AccountChild> {
  const data = folder ?? mkdtempSync(join(tmpdir(), 'sluice-'))
  const started = performance.now()
  const child = spawn(process.execPath, [...profiling, ...startArguments()], {
    cwd: top,
    env: { PATH: process.env.PATH ?? '', PORT: String(port), SLUICE_DATA: data, ...anyRate, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const printed = await readUntilReady(child)
  const readyMs = performance.now() - started
  const url = /ready at (http:\/\/\S+)/.exec(printed)?.[1] ?? ''
  return {
    url,
    folder: data,
    printed,
    readyMs,
    process: child,
    demo: JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8')) as Demo,
    rssMegabytes: () => residentMegabytes(child.pid!),
    cpuMs: () => usedMs(child.pid!),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async stop() {
      child.kill('SIGINT')
      return await ended
    },
  }
}

function readUntilReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const read = (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('Ctrl-C stops it')) resolve(text)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', (code) => reject(new Error(`The account ended with ${code}: ${text}`)))
  })
}

/** Linux counts in hundredths of a second: fields 14 and 15, after the name in brackets. */
function usedMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024
}
