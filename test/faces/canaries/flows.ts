import type { JsonObject } from '../../../shared/world.ts'
import { field, form, journey } from '../journeys/flows.ts'

const api = [{ type: 'api' }]
const crm = 'https://crm.example'

/** Calls with both spellings of a secret, hands what comes back to mail, log and output. */
export const echoed = (path: string): JsonObject => ({
  metadata: { name: `Echo of ${path}` },
  triggers: [...api, { type: 'form' }],
  nodes: {
    call: {
      type: 'http.request',
      params: {
        url: `${crm}${path}`,
        method: 'POST',
        headers: { 'x-key': '{{secrets.ORG_KEY}}' },
        query: { key: '${secrets.OWN_KEY}' },
        body: { both: '{{secrets.ORG_KEY}} and {{secrets.OWN_KEY}}' },
      },
      next: { default: 'tell', error: 'sad' },
    },
    tell: {
      type: 'webhook',
      params: {
        url: `${crm}/told`,
        headers: { authorization: 'Bearer ${secrets.ORG_KEY}' },
        body: '{{last}}',
      },
      next: 'note',
    },
    note: {
      type: 'log',
      params: { level: 'warn', message: 'With {{secrets.ORG_KEY}}', data: { of: '{{last}}' } },
      next: 'mail',
    },
    mail: {
      type: 'email',
      params: { to: 'ann@example.com', subject: 'Done', text: '{{$string(last)}}' },
      next: 'end',
    },
    end: { type: 'final', params: { outputs: { call: '{{call}}' } } },
    sad: { type: 'final', params: { outputs: { sad: '{{lastError}}' } } },
  },
})

/** Keeps what comes back in the bucket, since it is too large for anything else. */
export const large: JsonObject = {
  metadata: { name: 'Large' },
  triggers: api,
  nodes: {
    call: {
      type: 'http.request',
      params: { url: `${crm}/large`, headers: { 'x-key': '{{secrets.ORG_KEY}}' } },
      next: 'tell',
    },
    tell: { type: 'webhook', params: { url: `${crm}/told`, body: '{{call}}' }, next: 'end' },
    end: { type: 'final', params: { outputs: { told: '{{tell.status_code}}' } } },
  },
}

/** Fails with whatever the other side says. */
export const failed = (path: string): JsonObject => ({
  metadata: { name: `Failure of ${path}` },
  triggers: api,
  nodes: {
    call: {
      type: 'http.request',
      params: { url: `${crm}${path}?key={{secrets.OWN_KEY}}`, headers: { 'x-key': '{{secrets.ORG_KEY}}' } },
    },
  },
})

/** Takes a password among its inputs, sends it on, asks for another and answers with all that it may. */
export const asked: JsonObject = {
  metadata: { name: 'Asks for a pin' },
  triggers: [...api, { type: 'form' }],
  inputs: [
    { name: 'pin', type: 'password', required: true },
    { name: 'name', type: 'text' },
  ],
  nodes: {
    send: {
      type: 'http.request',
      params: { url: `${crm}/echo`, method: 'POST', body: { pin: '{{inputs.pin}}' } },
      next: 'ask',
    },
    ask: {
      type: 'approval',
      params: {
        message: 'Which pin?',
        form: [{ name: 'other', type: 'password', required: true }],
        onTimeout: 'fail',
      },
      next: { default: 'again' },
    },
    again: {
      type: 'http.request',
      params: { url: `${crm}/echo`, method: 'POST', body: '{{ask}}' },
      next: 'end',
    },
    end: {
      type: 'final',
      params: { outputs: { sent: '{{send.body}}', asked: '{{ask}}', again: '{{again.body}}' } },
    },
  },
}

/** Told by whoever has the secret. */
export const hooked: JsonObject = {
  metadata: { name: 'Hooked' },
  triggers: [
    { type: 'webhook', id: 'crm', verify: { kind: 'header', header: 'x-token', secret: '{{secrets.HOOK}}' } },
  ],
  nodes: { end: { type: 'final', params: { outputs: { trigger: '{{trigger}}' } } } },
}

/** Signs up a user with a password and a code that takes ten digits, so that nothing has it by chance. */
export const signUp = journey({
  form: {
    type: 'view',
    params: {
      components: [
        form([
          field('email', 'EMAIL'),
          field('password', 'PASSWORD', {
            validations: [
              { type: 'RULE', name: 'LengthValidator', conditions: [{ key: 'min.length', value: '8' }] },
            ],
          }),
          field('maiden', 'TEXT', { sensitive: true }),
        ]),
      ],
    },
    next: { default: 'send' },
  },
  send: {
    type: 'code.send',
    params: { to: '{{form.email}}', purpose: 'sign-up', length: 10, text: 'Enter {code}.' },
    next: { default: 'confirm' },
  },
  confirm: {
    type: 'view',
    params: { components: [form([field('code', 'OTP', { length: 10, sensitive: true })])] },
    next: { default: 'check' },
  },
  check: {
    type: 'code.check',
    params: { to: '{{form.email}}', purpose: 'sign-up', code: '{{confirm.code}}' },
    next: { invalid: 'confirm', default: 'create' },
  },
  create: {
    type: 'user.create',
    params: {
      email: '{{form.email}}',
      password: '{{form.password}}',
      attributes: { note: 'known as {{form.email}}' },
    },
    next: { default: 'tell' },
  },
  tell: {
    type: 'http.request',
    params: { url: `${crm}/echo`, method: 'POST', body: { maiden: '{{form.maiden}}', all: '{{form}}' } },
    next: { default: 'token' },
  },
  token: {
    type: 'token.issue',
    params: { kind: 'reset-ticket', userId: '{{create.userId}}' },
    next: { default: 'end' },
  },
  end: {
    type: 'final',
    params: {
      outputs: { userId: '{{create.userId}}', told: '{{tell.body}}', resetTicket: '{{token.ticket}}' },
    },
  },
})
