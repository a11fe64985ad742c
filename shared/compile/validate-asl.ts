import ajv from 'ajv'
import validate from 'asl-validator'

/**
 * asl-validator has its schemas compiled anew by every call, which takes longer than everything else of a publish (150 ms
 * and more). It gets the same compiler each time instead: its schemas, options and formats never change.
 */
const commonJs = ajv as unknown as { default: new (options: Options) => Compiler }
const Ajv = commonJs.default
let kept: Compiler | undefined

interface Compiler {
  addKeyword(definition: unknown): Compiler
}

interface Options {
  schemas?: { $id?: string }[]
}

const isItsOwn = ({ schemas = [] }: Options) =>
  schemas.some(({ $id }) => $id?.startsWith('http://asl-validator.cloud/'))

function compilerFor(options: Options = {}): Compiler {
  if (!isItsOwn(options)) return new Ajv(options)
  if (kept === undefined) kept = new Ajv(options)
  // Told of a keyword that it knows already, it would throw.
  else kept.addKeyword = () => kept!
  return kept
}
// A function that gives back an object may be called with `new`.
commonJs.default = compilerFor as unknown as typeof Ajv

/** What asl-validator finds wrong with a definition, as one text; null = nothing. It writes into what it is given. */
export function aslErrors(definition: object): string | null {
  const { isValid, errorsText } = validate(definition, { checkPaths: true, checkArn: true })
  return isValid ? null : errorsText('; ')
}
