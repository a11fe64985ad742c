import { readFileSync } from 'node:fs'
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
}

/** Bundles every function into a folder and synthesizes `prod`. It takes long, so that all tests share one. */
export async function openStacks(folder: string): Promise<Stacks> {
  const bundles = await bundleDoors(functionsIn(folder))
  const { context } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../cdk.json'), 'utf8'))
  return { folder, bundles, ...synthesize(folder, 'cdk.out', { ...context, stage: 'prod' }) }
}

/** Synthesizes with the bundles of the folder. @throws if nag or CloudFormation's own rules find anything. */
export function synthesize(folder: string, name: string, context: Record<string, unknown>) {
  const made = makeApp({ context, outdir: join(folder, name) }, functionsIn(folder))
  made.app.synth()
  return { data: Template.fromStack(made.data), service: Template.fromStack(made.service) }
}

const functionsIn = (folder: string) => join(folder, 'functions')
