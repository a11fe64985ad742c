import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** A Chromium of this machine: below PLAYWRIGHT_BROWSERS_PATH, or where systems put it; null = there is none. */
export function findChromium(env = process.env): string | null {
  return [...below(env.PLAYWRIGHT_BROWSERS_PATH), ...installed].find((path) => existsSync(path)) ?? null
}

function below(folder: string | undefined): string[] {
  if (folder === undefined || !existsSync(folder)) return []
  const inside = readdirSync(folder).filter((name) => name.startsWith('chromium'))
  return [
    ...inside.flatMap((name) =>
      ['chrome-linux/chrome', 'chrome-linux64/chrome', 'chrome-linux/headless_shell'].map((file) =>
        join(folder, name, file),
      ),
    ),
    join(folder, 'chromium'),
  ]
}

/** Starts a Chromium. As root it cannot make its own sandbox; pages of a test come from this machine alone. */
export async function launch(executablePath: string): Promise<Browser> {
  const isRoot = process.getuid?.() === 0
  return await chromium.launch({
    executablePath,
    args: ['--disable-quic', '--disable-background-networking', ...(isRoot ? ['--no-sandbox'] : [])],
  })
}
