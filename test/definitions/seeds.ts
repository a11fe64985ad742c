/** Seed 003's definition as its page prints it: every indentation shortened to one space. */
export const seed003AsPrinted =
  'metadata:\n name: "My Flow"\n description: "A simple flow"\n version: "1.0.0"\n\nnodes:\n start:\n type: "http.request"\n params:\n url: "https://api.example.com/data"\n method: "GET"\n next:\n default: "end"\n \n end:\n type: "webhook"\n params:\n url: "https://webhook.example.com/callback"\n method: "POST"\n'

/** The same with its indentation. */
export const seed003 = `metadata:
  name: "My Flow"
  description: "A simple flow"
  version: "1.0.0"

nodes:
  start:
    type: "http.request"
    params:
      url: "https://api.example.com/data"
      method: "GET"
    next:
      default: "end"

  end:
    type: "webhook"
    params:
      url: "https://webhook.example.com/callback"
      method: "POST"
`

/** The document that flow-language.md §1 prints. */
export const languageExample = `metadata: { name: Renewal risk, description: Scores a renewal, version: "1.0.0" }   # name required
triggers:                                   # default: [{type: api}]
  - { type: api }                           # client and headless execution need this one
  - { type: form }                          # may be shared by token
  - { type: schedule }                      # may be scheduled
  - { type: webhook, id: crm }              # POST /v1/flow/{id}/webhook/crm starts a run
  - { type: journey, flowType: REGISTRATION, showMessages: false }  # answers seed 000 for this flowType
inputs:                                     # declared inputs; absent = any object is accepted
  - { name: customerId, type: text, required: true }
  - { name: topic, type: select, options: [renewal, churn], default: renewal }
settings:
  timeoutSeconds: 3600                      # whole run; default 1 h without waits, 30 d with
  waitTimeoutSeconds: 604800                # default per wait: 7 d; journeys 900 s
  durability: auto                          # auto | standard
  syncSeconds: 25                           # how long a synchronous face waits before answering 202
  retentionDays: 90
  concurrency: { key: "{{inputs.customerId}}", limit: 1, whenFull: queue }   # queue | reject | cancel-previous
start: fetch                                # default: the one step that no next names
nodes:
  fetch:
    type: http.request
    name: Fetch the customer                # shown to people; default = id
    params: { url: "https://crm.example.com/customers/{{customerId}}", headers: { Authorization: "Bearer {{secrets.CRM_KEY}}" } }
    output: customer                        # the name later expressions use; default = the step's id
    retry: { maxAttempts: 3, intervalSeconds: 1, backoffRate: 2, maxDelaySeconds: 30, on: [Http.Timeout, Http.5xx] }
    timeoutSeconds: 20
    next: { default: score, error: sorry }
  score:
    type: condition
    params: { cases: [ { when: "{{customer.body.score > 80}}", to: good } ] }
    next: { default: bad }
  good: { type: final, params: { outputs: { summary: "Renewal risk is low", score: "{{customer.body.score}}" } } }
  bad:  { type: final, params: { outputs: { summary: "Renewal risk is high", score: "{{customer.body.score}}" } } }
  sorry: { type: fail, params: { code: CRM_DOWN, message: "{{lastError.cause}}" } }
`
