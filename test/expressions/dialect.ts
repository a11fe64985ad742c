import corpus from './dialect.json' with { type: 'json' }

const applied = { lookup_a: (operand: string) => `$lookup(${operand}, "a")` } as Record<
  string,
  (operand: string) => string
>

/** Every expression of the corpus: those written out, operators on pairs of operands, functions on operands. */
export const dialect: string[] = [
  ...corpus.expressions,
  ...corpus.operators.flatMap((operator) =>
    corpus.pairs.flatMap((left) => corpus.pairs.map((right) => `${left} ${operator} ${right}`)),
  ),
  ...corpus.unaryFunctions.flatMap((name) =>
    corpus.operands.map((operand) => applied[name]?.(operand) ?? `$${name}(${operand})`),
  ),
]

/** What the expressions are about. */
export const data: Record<string, unknown> = corpus.data

/** Names that every JavaScript object has without having them: they must read as nothing. */
export const inherited: string[] = corpus.inherited
