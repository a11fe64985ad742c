import { expect, test } from 'vitest'
import { checkMachine } from '../../../infra/local/states/definition/check-machine.ts'
import { ask, definition, type States, task, token } from './run-machine.ts'

const end = { End: true }
const ok = { Type: 'Pass', ...end }
const map = (more: object) => ({ Type: 'Map', Items: [1], ItemProcessor: inner(ok), ...more, ...end })
const inner = (state: object) => ({ StartAt: 'inner', States: { inner: state } })

/** Locations of the problems of a machine that begins with a state `a`. */
function problems(a: object, others: States = {}, type: 'STANDARD' | 'EXPRESS' = 'STANDARD'): string[] {
  return checkMachine(definition({ StartAt: 'a', States: { a: a as States[string], ...others } }), type).map(
    ({ location }) => location,
  )
}

const refused: [string, object, string[], States?][] = [
  ['JSONPath fields', { ...ok, InputPath: '$.x', ResultPath: null }, ['/InputPath', '/ResultPath']],
  ['JSONPath’s Parameters', { ...task('f', 1, end), Parameters: {} }, ['/Parameters']],
  ['Result in a Pass', { ...ok, Result: 1 }, ['/Result']],
  ['JSONPath as a state’s language', { ...ok, QueryLanguage: 'JSONPath' }, ['/QueryLanguage']],
  [
    'JSONPath’s conditions',
    { Type: 'Choice', Choices: [{ Variable: '$.x', Next: 'b' }] },
    ['/Choices/0/Variable', '/Choices/0/Condition'],
    { b: ok },
  ],
  [
    'a distributed Map',
    map({
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...inner(ok) },
    }),
    ['/ItemProcessor/ProcessorConfig/Mode', '/ItemProcessor/ProcessorConfig/ExecutionType'],
  ],
  [
    'what only a distributed Map has',
    map({ ItemReader: {}, ItemBatcher: {}, ResultWriter: {}, Label: 'x', ToleratedFailureCount: 1 }),
    ['/ItemReader', '/ItemBatcher', '/ResultWriter', '/Label', '/ToleratedFailureCount'],
  ],
  [
    'the old Iterator',
    { Type: 'Map', Items: [1], Iterator: inner(ok), ...end },
    ['/Iterator', '/ItemProcessor'],
  ],
  [
    '.sync',
    { ...task('f', 1, end), Resource: 'arn:aws:states:::states:startExecution.sync:2' },
    ['/Resource'],
  ],
  [
    'an activity',
    { ...task('f', 1, end), Resource: 'arn:aws:states:us-east-1:000000000000:activity:x' },
    ['/Resource'],
  ],
  [
    'a function as the resource',
    { ...task('f', 1, end), Resource: 'arn:aws:lambda:us-east-1:000000000000:function:f' },
    ['/Resource'],
  ],
  ['credentials', { ...task('f', 1, end), Credentials: { RoleArn: 'x' } }, ['/Credentials']],
  [
    'other arguments of the function',
    { ...task('f', 1, end), Arguments: { FunctionName: 'f', InvocationType: 'Event' } },
    ['/Arguments/InvocationType'],
  ],
  ['a field nobody knows', { ...ok, Foo: 1 }, ['/Foo']],
  ['a type nobody knows', { Type: 'Loop', ...end }, ['/Type']],
  ['$eval', { ...ok, Output: '{% $eval("1") %}' }, ['/Output']],
  ['$eval by another name', { ...ok, Output: '{% ($f := $eval; $f("1")) %}' }, ['/Output']],
  ['??', { ...ok, Output: '{% $states.input.x ?? 1 %}' }, ['/Output']],
  ['?:', { ...ok, Output: { deep: ['{% $states.input.x ?: 1 %}'] } }, ['/Output/deep/0']],
  [
    '$$ and $ and bare names at the top',
    { ...ok, Assign: { a: '{% $$ %}', b: '{% $.x %}', c: '{% name %}' } },
    ['/Assign/a', '/Assign/b', '/Assign/c'],
  ],
  [
    'a half-open expression',
    { ...ok, Output: ['{% 1', '1 %}', ' {% 1 %}'] },
    ['/Output/0', '/Output/1', '/Output/2'],
  ],
  ['an expression that cannot be parsed', { ...ok, Output: '{% 1 + %}' }, ['/Output']],
  ['$states.result in a Pass', { ...ok, Output: '{% $states.result %}' }, ['/Output']],
  ['$states.result in arguments', task('f', '{% $states.result %}', end), ['/Arguments/Payload']],
  [
    '$states.errorOutput outside of Catch',
    { ...task('f', 1, end), Output: '{% $states.errorOutput %}' },
    ['/Output'],
  ],
  [
    '$states.result in Catch',
    {
      ...task('f', 1, end),
      Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.result %}', Next: 'b' }],
    },
    ['/Catch/0/Output'],
    { b: ok },
  ],
  ['a member that $states has not', { ...ok, Output: '{% $states.variables %}' }, ['/Output']],
  [
    'names that are no variables',
    { ...ok, Assign: { 'a.b': 1, states: 2, '1a': 3 } },
    ['/Assign/a.b', '/Assign/states', '/Assign/1a'],
  ],
  [
    'States.ALL beside others, or not last',
    {
      ...task('f', 1, end),
      Retry: [{ ErrorEquals: ['States.ALL', 'A'] }, { ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['B'] }],
    },
    ['/Retry/0/ErrorEquals', '/Retry/1/ErrorEquals'],
  ],
  [
    'wrong numbers in Retry',
    {
      ...task('f', 1, end),
      Retry: [
        { ErrorEquals: ['A'], IntervalSeconds: 0, BackoffRate: 0.5, MaxAttempts: -1, JitterStrategy: 'x' },
        { ErrorEquals: ['B'], IntervalSeconds: 5, MaxDelaySeconds: 5 },
      ],
    },
    [
      '/Retry/0/IntervalSeconds',
      '/Retry/0/MaxAttempts',
      '/Retry/0/BackoffRate',
      '/Retry/0/JitterStrategy',
      '/Retry/1/MaxDelaySeconds',
    ],
  ],
  [
    'a heartbeat as long as the timeout',
    { ...ask('f', { token }, end), TimeoutSeconds: 5, HeartbeatSeconds: 5 },
    ['/HeartbeatSeconds'],
  ],
  ['a timeout of nothing', { ...task('f', 1, end), TimeoutSeconds: 0 }, ['/TimeoutSeconds']],
  [
    'a Wait with two times, or none',
    { Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z', ...end },
    [''],
  ],
  ['a Wait until no time', { Type: 'Wait', Timestamp: '2026-01-01', ...end }, ['/Timestamp']],
  ['both Next and End', { ...ok, Next: 'b' }, [''], { b: ok }],
  ['a target that is not there', { Type: 'Pass', Next: 'nowhere' }, ['/Next']],
  [
    'a catcher’s target that is not there',
    { ...task('f', 1, end), Catch: [{ ErrorEquals: ['A'], Next: 'nowhere' }] },
    ['/Catch/0/Next'],
  ],
  [
    'a name longer than 80',
    { Type: 'Pass', Next: 'b'.repeat(81) },
    [`/../${'b'.repeat(81)}`],
    { ['b'.repeat(81)]: ok },
  ],
  ['a state that cannot be reached', ok, ['/../b'], { b: ok }],
]

test.each(refused)('%s: refused, with the place', (_, state, places, others) => {
  const expected = places.map((place) => `/States/a${place}`.replace('/a/..', ''))

  expect(problems(state, others)).toEqual(expected)
})

test('a task token in an EXPRESS machine is refused', () => {
  const state = ask('f', { token }, { TimeoutSeconds: 5, ...end })

  expect(problems(state)).toEqual([])
  expect(problems(state, {}, 'EXPRESS')).toEqual(['/States/a/Resource'])
})

test('an inner scope may not assign what an outer one does, nor use its names of states', () => {
  const parallel = {
    Type: 'Parallel',
    Branches: [
      { StartAt: 'x', States: { x: { ...ok, Assign: { mine: 1, outer: 2 } } } },
      { StartAt: 'a', States: { a: { ...ok, Assign: { mine: 1 } } } },
    ],
    Assign: { outer: 1 },
    ...end,
  }

  expect(problems(parallel)).toEqual([
    '/States/a/Branches/0/States/x/Assign/outer',
    '/States/a/Branches/1/States/a',
  ])
})

test('a definition must name its language, its start and nothing unknown', () => {
  const wrong = { StartAt: 'b', States: { a: ok }, Foo: 1, TimeoutSeconds: '5' }

  expect(checkMachine(JSON.stringify(wrong), 'STANDARD').map(({ location }) => location)).toEqual([
    '/Foo',
    '/QueryLanguage',
    '/TimeoutSeconds',
    '/StartAt',
    '/States/a',
  ])
  expect(checkMachine('{', 'STANDARD')).toMatchObject([{ code: 'INVALID_JSON_DESCRIPTION' }])
  expect(checkMachine('[]', 'STANDARD')).toMatchObject([{ code: 'INVALID_JSON_DESCRIPTION' }])
})

test.each([
  '{% $states.input.(name & $.other) %}',
  '{% $map($states.input.list, function($v, $i){ $v.name & $i })[$ > 1] %}',
  '{% {"customer": $x}.(customer.body.score) %}',
  '{% ($v := $x; $exists($v) ? $v : null) %}',
  '{% $x{name: $sum(price)} %}',
  '{% $x^(>price, name) %}',
  '{% $x ~> |$|{"a": b}| %}',
  '{% $sum($x.(a * b)) + $count($states.input.*) %}',
  '{% $merge([$x, {"a": $states.context.State.EnteredTime}]) %}',
  '{% $states.context.Task.Token %}',
  '{% $filter($x, function($v) { $v > $y }) %}',
])('%s is accepted', (expression) => {
  expect(problems({ ...ok, Assign: { x: 1, y: expression } })).toEqual([])
})
