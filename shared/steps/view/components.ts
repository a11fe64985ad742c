import * as z from 'zod'
import { isTemplate, templated } from '../params.ts'
import { htmlProblem } from './html.ts'
import { rule } from './rules.ts'

/** What the author names: fixed, since answers and `next` name it too. */
const word = z
  .string()
  .min(1)
  .max(200)
  .refine(
    (text): boolean => !isTemplate(text) && !/\p{Cc}/u.test(text),
    'Expected a fixed name without expressions',
  )

const identifier = word.refine(
  (name) => name !== 'actionId' && name !== '__proto__',
  'This name is taken: choose another',
)

const action = word.refine(
  (name) => !['default', 'error', 'timeout'].includes(name),
  'default, error and timeout are outcomes of every view: name the action otherwise',
)

/** May hold expressions. */
const shown = z.string()

const field = {
  identifier,
  label: shown.optional(),
  required: z.boolean().optional(),
  placeholder: shown.optional(),
  hint: shown.optional(),
  defaultValue: z.union([z.string(), z.number(), z.boolean()]).optional(),
  name: word.optional(),
  sensitive: z.boolean().optional(),
  validations: z.array(rule).max(20).optional(),
}

export const inputVariants = [
  'TEXT',
  'PASSWORD',
  'EMAIL',
  'TELEPHONE',
  'NUMBER',
  'DATE',
  'OTP',
  'CHECKBOX',
  'DROPDOWN',
] as const

const inputTypes = ['text', 'password', 'email', 'tel', 'number', 'date', 'otp', 'checkbox'] as const

/** The choices of a DROPDOWN. */
export const dropdownOptions = z
  .array(z.strictObject({ label: z.string(), key: z.string().optional(), value: z.string() }))
  .min(1)
  .max(500)

/** The choices of a SELECT. */
export const selectOptions = z.array(z.string().min(1)).min(1).max(500)

const input = z
  .strictObject({
    id: word.optional(),
    type: z.literal('INPUT'),
    variant: z.enum(inputVariants).optional(),
    config: z.strictObject({
      ...field,
      type: z.enum(inputTypes).optional(),
      length: z.int().min(1).max(100).optional(),
      options: templated(dropdownOptions).optional(),
    }),
  })
  .check(({ value, issues }) => {
    const { variant = 'TEXT', config } = value
    const report = (member: string, code: string, message: string) =>
      issues.push({ code: 'custom', path: ['config', member], params: { code }, message, input: value })
    if (variant === 'DROPDOWN' && config.options === undefined)
      report('options', 'required', 'A DROPDOWN needs options')
    if (variant !== 'DROPDOWN' && config.options !== undefined)
      report('options', 'not_supported', `Only a DROPDOWN has options, not ${variant}`)
    const sealed = variant === 'PASSWORD' || config.type === 'password' || config.sensitive === true
    if (sealed && config.defaultValue !== undefined)
      report('defaultValue', 'not_supported', 'A value that must not be seen has no default')
    if (variant !== 'OTP' && config.length !== undefined)
      report('length', 'not_supported', 'Only an OTP has a length: use a LengthValidator')
  })

const select = z.strictObject({
  id: word.optional(),
  type: z.literal('SELECT'),
  config: z.strictObject({ ...field, options: templated(selectOptions) }),
})

/** An action needs a name: its own, or else the component's. */
function checkAction({
  value,
  issues,
}: z.core.ParsePayload<{ id?: string; actionId?: string; type: string }>) {
  const name = value.actionId ?? value.id
  if (name === undefined)
    issues.push({
      code: 'custom',
      path: ['actionId'],
      params: { code: 'required' },
      message: `A ${value.type} needs an action: give it an actionId`,
      input: value,
    })
  else if (value.actionId === undefined && !action.safeParse(name).success)
    issues.push({ code: 'custom', path: ['id'], message: `${name} is no name for an action`, input: value })
}

const button = z
  .strictObject({
    id: word.optional(),
    type: z.literal('BUTTON'),
    actionId: action.optional(),
    variant: z.enum(['PRIMARY', 'SECONDARY', 'TEXT', 'SOCIAL']).optional(),
    config: z
      .strictObject({ type: z.enum(['submit', 'button']).optional(), text: shown.optional() })
      .optional(),
  })
  .check(checkAction as never)

const resend = z
  .strictObject({
    id: word.optional(),
    type: z.literal('RESEND'),
    actionId: action.optional(),
    config: z.strictObject({ type: z.enum(['button']).optional(), text: shown.optional() }).optional(),
  })
  .check(checkAction as never)

function drawn<T extends string, V extends string>(type: T, variants: readonly V[], config: z.ZodType) {
  return z.strictObject({
    id: word.optional(),
    type: z.literal(type),
    variant: z.enum(variants).optional(),
    config: config.optional(),
  })
}

const richText = z
  .string()
  .max(20_000)
  .check(({ value, issues }) => {
    const message = htmlProblem(value)
    if (message !== null) issues.push({ code: 'custom', message, input: value })
  })

const secureAddress = templated(
  z.string().refine((text) => URL.parse(text)?.protocol === 'https:', 'Expected an https URL'),
)

const captcha = z.strictObject({
  id: word.optional(),
  type: z.literal('CAPTCHA'),
  variant: z.enum(['RECAPTCHA_V2']).optional(),
  config: z.strictObject({ version: z.string().optional(), siteKey: z.string().optional() }).optional(),
})

const textual = z.strictObject({ text: shown })

const leaves = [
  input,
  select,
  button,
  resend,
  drawn('TYPOGRAPHY', ['H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'BODY1', 'BODY2'], textual),
  z.strictObject({
    id: word.optional(),
    type: z.literal('RICH_TEXT'),
    config: z.strictObject({ text: richText }),
  }),
  drawn('DIVIDER', ['HORIZONTAL', 'VERTICAL'], z.strictObject({ text: shown.optional() })),
  drawn('IMAGE', ['IMAGE_BLOCK'], z.strictObject({ src: secureAddress, alt: shown.optional() })),
  captcha,
] as const

const leaf = z.discriminatedUnion('type', leaves)

const form = z.strictObject({
  id: word.optional(),
  type: z.literal('FORM'),
  config: z.strictObject({}).optional(),
  components: z.array(leaf).min(1).max(100),
})

/** What a view draws (faces/journeys.md §5). */
export const components = z
  .array(z.discriminatedUnion('type', [form, ...leaves]))
  .min(1)
  .max(100)
