import { all, binary, block, call, choose, snippet, text, variable } from './build.ts'
import { isFunctionName, type Parameter, signatureOf } from './functions.ts'
import { type Fresh, hasType, inRange, isLiteral, isSimple, nameAll } from './guarded.ts'
import { unbounded, wants } from './guards.ts'
import type { CallTree, Tree } from './tree.ts'
import { types, typesOf, typesOfLetters, within } from './types.ts'

const typeNames: Record<string, string> = { s: 'string', n: 'number', b: 'boolean', o: 'object', a: 'array' }

/** A call that gives nothing when an argument is not what the function takes; left alone if it calls no built-in one. */
export function totalCall(tree: CallTree, inner: boolean, fresh: Fresh): Tree {
  if (tree.procedure.type !== 'variable' || !isFunctionName(tree.procedure.value)) return tree
  const name = tree.procedure.value
  const { parameters } = signatureOf(name)
  const given = withContext(tree.arguments, parameters, inner).map((argument, at) =>
    parameters[at]?.types === 'f' ? asLambda(argument) : argument,
  )
  const needed = given.map((argument, at) => needsTest(argument, at, name, parameters))
  const { binds, named } = nameSome(given, needed, fresh)
  const tests = named.flatMap((argument, at) => (needed[at] ? testsOf(argument, at, name, parameters) : []))
  const plain: Tree = {
    ...tree,
    arguments: named.map((argument, at) => (needed[at] ? narrow(argument, parameters[at]) : argument)),
  }
  const result = unbounded.has(name) && isSimpleCall(plain) ? inRange(plain, fresh) : plain
  const test = all(tests)
  return test ? block(...binds, choose(test, result)) : result
}

// `name.$uppercase()` means `name.$uppercase($)`.
function withContext(args: Tree[], parameters: Parameter[], inner: boolean): Tree[] {
  const [first] = parameters
  if (!inner || !first?.context || args.length >= parameters.length) return args
  const required = parameters.filter((parameter) => !parameter.optional).length
  const isOther = args[0] !== undefined && (typesOf(args[0]) & typesOfLetters(first.types)) === 0
  return args.length < required || isOther ? [variable(''), ...args] : args
}

// A built-in function handed on is called by us, so that its argument can be tested too.
function asLambda(argument: Tree): Tree {
  if (argument.type !== 'variable' || !isFunctionName(argument.value)) return argument
  if (signatureOf(argument.value).parameters.filter((parameter) => !parameter.optional).length !== 1)
    return argument
  const name = 'x'
  const body = totalCall(call(argument.value, variable(name)) as CallTree, false, (fresh) => fresh)
  return { type: 'lambda', arguments: [name], body }
}

function allowedTypes(at: number, parameter: Parameter | undefined): number {
  if (parameter === undefined || parameter.types === 'a' || parameter.types === 'x') return types.any
  const set = typesOfLetters(parameter.types)
  return at === 0 || parameter.optional ? set | types.nothing : set
}

function needsTest(argument: Tree, at: number, name: string, parameters: Parameter[]): boolean {
  const parameter = parameters[at]
  if (parameter?.types === 'f' || argument.type === 'lambda' || argument.type === 'regex') return false
  if (parameter?.items) return true
  if (!within(typesOf(argument), allowedTypes(at, parameter))) return true
  return wantsOf(name, at).some((want) => !isLiteral(argument) || !want.holds(argument.value))
}

function wantsOf(name: string, at: number) {
  return (wants[name] ?? []).filter((want) => want.argument === at)
}

function nameSome(args: Tree[], needed: boolean[], fresh: Fresh): { binds: Tree[]; named: Tree[] } {
  const binds: Tree[] = []
  const named = args.map((argument, at) => {
    if (!needed[at] || isSimple(argument)) return argument
    const found = nameAll([argument], fresh, [['v', 'w', 'x', 'y'][at] ?? 'z'])
    binds.push(...found.binds)
    return found.named[0]!
  })
  return { binds, named }
}

function testsOf(argument: Tree, at: number, name: string, parameters: Parameter[]): Tree[] {
  const parameter = parameters[at]
  const tests: Tree[] = []
  if (!within(typesOf(argument), allowedTypes(at, parameter))) tests.push(typeTest(argument, at, parameter!))
  if (parameter?.items) tests.push(itemsTest(argument, typeNames[parameter.items]!))
  for (const want of wantsOf(name, at))
    if (!isLiteral(argument) || !want.holds(argument.value)) tests.push(snippet(want.condition, argument))
  return tests
}

function typeTest(argument: Tree, at: number, parameter: Parameter): Tree {
  const names = [...parameter.types].flatMap((letter) => typeNames[letter] ?? [])
  const test = names.length === 1 ? hasType(argument, names[0]!) : oneOf(argument, names)
  const mayBeNothing = at > 0 && parameter.optional && (typesOf(argument) & types.nothing) !== 0
  return mayBeNothing ? binary(call('not', call('exists', argument)), 'or', test) : test
}

function oneOf(argument: Tree, names: string[]): Tree {
  return binary(call('type', argument), 'in', { type: 'array', expressions: names.map(text) })
}

function itemsTest(argument: Tree, type: string): Tree {
  return snippet(`$not($exists($x[$type($) != "${type}"]))`, argument)
}

// What has been tested is known in the branch behind the test.
function narrow(argument: Tree, parameter: Parameter | undefined): Tree {
  if (argument.type !== 'variable' || parameter === undefined || parameter.optional) return argument
  if (parameter.types === 'x' || parameter.types === 'a') return argument
  return { ...argument, types: typesOfLetters(parameter.types) }
}

function isSimpleCall(tree: Tree): boolean {
  return !(tree.predicate ?? tree.group ?? tree.keepArray)
}
