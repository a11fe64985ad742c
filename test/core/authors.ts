import type { Author } from '../../shared/core/flow-change.ts'

/** Somebody of organisation `o` who may write flows. */
export const ann: Author = { orgId: 'o', actor: 'user:ann' }

/** A flow that transforms and ends: Express and Standard. */
export const greeting = (said = 'hello') => `# Greets.
metadata:
  name: Greeting
nodes:
  say:
    type: transform
    params: { set: { text: "${said} {{inputs.name}}" } }
    next: done
  done:
    type: final
    params: { output: "{{say.text}}" }
`

/** A flow that waits: Standard only. */
export const asking = `metadata: { name: Asking }
nodes:
  ask: { type: approval, params: { message: "Go on?" }, next: { reject: no, default: yes } }
  yes: { type: final, params: { output: yes } }
  no: { type: fail, params: { code: REFUSED, message: "No" } }
`

/** A flow that names a step which is not there. */
export const broken = `metadata: { name: Broken }
nodes:
  say: { type: transform, params: { value: 1 }, next: nowhere }
`
