import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { type HTMLElement, Window } from 'happy-dom'

/** The sign-up page of an app, bundled, in a DOM. */
export interface SignUpPage {
  root: HTMLElement
  /** What the component has told of: its steps, its end, its errors. */
  told: { what: string; value: unknown }[]
  /** Addresses that it has opened in a pop-up. */
  opened: string[]
  /** Types a text into a field. */
  type(name: string, text: string): Promise<void>
  press(label: string): Promise<void>
  /** What the page of the pop-up posts back when it has been somewhere. */
  comeBack(data: Record<string, string>): void
  close(): void
}

/** What Node has itself stays Node's. */
const own = new Set(['fetch', 'Request', 'Response', 'Headers', 'URL', 'URLSearchParams', 'console'])
const theirs = new Set(['Event', 'EventTarget', 'MessageEvent', 'CustomEvent', 'navigator'])

/** Draws the page that posts to the address. */
export async function openSignUp(baseUrl: string): Promise<SignUpPage> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-page-'))
  const file = join(folder, 'page.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'page.ts')],
    ...{ bundle: true, format: 'esm', platform: 'browser', outfile: file, logLevel: 'warning' },
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const window = new Window({ url: 'http://localhost:3000/sign-up' })
  lend(window)
  const popup = { closed: false, close() {} }
  const opened: string[] = []
  Object.assign(window, {
    open: (url: string) => {
      opened.push(url)
      return popup
    },
  })
  const root = window.document.createElement('div')
  window.document.body.append(root)
  const told: SignUpPage['told'] = []
  const { draw } = (await import(file)) as typeof import('./page.ts')
  draw(baseUrl, root, (what, value) => void told.push({ what, value }))
  return {
    ...{ root, told, opened },
    async type(name, text) {
      const input = root.querySelector(`input[name="${name}"]`)
      if (input === null) throw new Error(`There is no field ${name}: ${root.innerHTML}`)
      const { set } = Object.getOwnPropertyDescriptor(window.HTMLInputElement.prototype, 'value') ?? {}
      // Key by key, as people do: the component looks at what stood there a key before.
      for (let length = 1; length <= text.length; length++) {
        set?.call(input, text.slice(0, length))
        input.dispatchEvent(new window.Event('input', { bubbles: true }))
        await window.happyDOM.waitUntilComplete()
      }
    },
    async press(label) {
      const button = [...root.querySelectorAll('button')].find((one) => one.textContent === label)
      if (button === undefined) throw new Error(`There is no button ${label}: ${root.innerHTML}`)
      button.click()
      await window.happyDOM.waitUntilComplete()
    },
    comeBack(data) {
      const event = new window.MessageEvent('message', { data, origin: 'http://localhost:3000' })
      Object.defineProperty(event, 'source', { value: popup })
      window.dispatchEvent(event)
    },
    close() {
      void window.happyDOM.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Libraries for browsers find their world among the globals. */
function lend(window: Window): void {
  for (const name of Object.getOwnPropertyNames(window)) {
    if (own.has(name) || (name in globalThis && !theirs.has(name))) continue
    const value = window[name as keyof Window]
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  }
  Object.assign(globalThis, { window, document: window.document })
}
