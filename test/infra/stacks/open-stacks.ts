import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Template } from 'aws-cdk-lib/assertions'
import { makeApp } from '../../../infra/app.ts'
import { type Bundle, bundleDoors } from '../../../infra/bundle.ts'

/** The bundles, and what is synthesized for a stage with them. */
export interface Stacks {
  /** Where all of it lies. */
  folder: string
  data: Template
  service: Template
  /** What the bundler made for each door. */
  bundles: Map<string, Bundle>
  /** Takes it away. */
  close(): void
}

/** Bundles every function and synthesizes `prod`. It takes long, so that all tests share one. */
export async function openStacks(): Promise<Stacks> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-infra-'))
  const bundles = await bundleDoors(functionsIn(folder))
  const { context } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../cdk.json'), 'utf8'))
  const templates = synthesize(folder, 'cdk.out', { ...context, stage: 'prod' })
  return { folder, bundles, ...templates, close: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Synthesizes with the bundles of the folder. @throws if nag or CloudFormation's own rules find anything. */
export function synthesize(folder: string, name: string, context: Record<string, unknown>) {
  const made = makeApp({ context, outdir: join(folder, name) }, functionsIn(folder))
  made.app.synth()
  return { data: Template.fromStack(made.data), service: Template.fromStack(made.service) }
}

const functionsIn = (folder: string) => join(folder, 'functions')
