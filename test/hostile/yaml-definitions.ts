/** Texts that were made to hurt whoever reads them, and the code that each is refused with. */
export interface HostileText {
  title: string
  text: string
  code: string
}

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, n) => line(n)).join('\n')

/** YAML and JSON handed in as a definition (hardening.md H1-H6, H8). */
export const hostileDefinitions: HostileText[] = [
  {
    title: 'H6 billion laughs',
    text: `a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n${lines(9, (n) => {
      const [name, of] = [String.fromCharCode(98 + n), String.fromCharCode(97 + n)]
      return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${of}`).join(', ')}]`
    })}`,
    code: 'yaml_anchor',
  },
  { title: 'H6 a cyclic anchor', text: 'a: &a\n  b: *a', code: 'yaml_anchor' },
  { title: 'H6 an alias of nothing', text: 'a: *b', code: 'yaml_alias' },
  { title: 'H6 a merge chain', text: lines(2000, (n) => `k${n}:\n  <<: {a${n}: 1}`), code: 'yaml_merge_key' },
  { title: 'H6 depth 20,000 in flow style', text: `a: ${'['.repeat(20_000)}`, code: 'yaml_too_deep' },
  { title: 'H6 depth 20,000 in block style', text: '- '.repeat(20_000), code: 'yaml_too_deep' },
  { title: 'H6 depth by indentation', text: lines(500, (n) => `${' '.repeat(n)}a:`), code: 'yaml_too_deep' },
  { title: 'H6 depth by complex keys', text: '? '.repeat(50_000), code: 'yaml_too_deep' },
  { title: 'H6 60,000 keys', text: lines(60_000, (n) => `k${n}: 1`), code: 'too_large' },
  {
    title: 'H6 as many keys as fit',
    text: `{${Array.from({ length: 50_000 }, (_, n) => n.toString(36)).join(',')}}`,
    code: 'yaml_too_many_values',
  },
  { title: 'H6 two documents', text: 'nodes: {}\n---\nnodes: {}', code: 'yaml_several_documents' },
  { title: 'H6 2,000 documents', text: lines(2000, () => '---\na: 1'), code: 'yaml_several_documents' },
  {
    title: 'H6 a JavaScript function',
    text: "a: !!js/function 'function () { return 1 }'",
    code: 'yaml_tag',
  },
  { title: 'H6 a Python object', text: 'a: !!python/object/apply:os.system [ls]', code: 'yaml_tag' },
  { title: 'H6 a local tag', text: 'a: !reference [a, b]', code: 'yaml_tag' },
  { title: 'H6 an anchor name of 200 KB', text: `a: &${'x'.repeat(200_000)} 1`, code: 'yaml_anchor' },
  { title: 'H6 50,000 anchors', text: '&a '.repeat(50_000), code: 'yaml_syntax' },
  { title: 'H6 20,000 directives', text: '%YAML 1.2\n'.repeat(20_000), code: 'yaml_syntax' },
  { title: 'an open quote of 200 KB', text: `a: "${'x'.repeat(200_000)}`, code: 'yaml_syntax' },
  { title: '100,000 quotes', text: '"'.repeat(100_000), code: 'yaml_syntax' },
  { title: '80,000 colons', text: 'a: '.repeat(80_000), code: 'yaml_syntax' },
  { title: '250,000 line ends', text: '\n'.repeat(250_000), code: 'yaml_empty' },
  { title: '250,000 tabs', text: '\t'.repeat(250_000), code: 'yaml_empty' },
  { title: 'a comment of 250 KB', text: `#${'x'.repeat(250_000)}`, code: 'yaml_empty' },
  { title: 'a plain text over 80,000 lines', text: 'a\n '.repeat(80_000), code: 'not_an_object' },
  { title: 'H3 a duplicate key', text: 'nodes: {}\nnodes: {}', code: 'yaml_duplicate_key' },
  { title: 'H2 __proto__', text: 'nodes: {a: {__proto__: {polluted: 1}}}', code: 'yaml_forbidden_key' },
  {
    title: 'H2 constructor.prototype',
    text: 'constructor: {prototype: {polluted: 1}}',
    code: 'yaml_forbidden_key',
  },
  { title: 'H2 an escaped __proto__', text: '"\\x5f_proto__": {polluted: 1}', code: 'yaml_forbidden_key' },
  { title: 'H4 a number that no double holds', text: 'a: 9007199254740993', code: 'yaml_inexact_number' },
  { title: 'H4 infinity', text: 'a: .inf', code: 'yaml_inexact_number' },
  { title: 'H4 not a number', text: 'a: .nan', code: 'yaml_inexact_number' },
  { title: 'H5 NUL', text: 'a: \u0000', code: 'yaml_syntax' },
  { title: 'H5 a lone surrogate', text: 'a: \ud800', code: 'bad_unicode' },
  { title: 'H5 an escaped lone surrogate', text: 'a: "\\udfff"', code: 'yaml_bad_unicode' },
  { title: 'H8 one byte too many', text: '#'.repeat(262_145), code: 'too_large' },
  { title: 'H8 five megabytes', text: 'x'.repeat(5_000_000), code: 'too_large' },
  {
    title: 'H1 JSON of 130,000 levels',
    text: '['.repeat(130_000) + ']'.repeat(130_000),
    code: 'json_too_deep',
  },
  { title: 'H1 JSON of 40,000 levels of objects', text: '{"a":'.repeat(40_000), code: 'json_too_deep' },
  {
    title: 'H2 JSON with an escaped __proto__',
    text: '{"\\u005f\\u005fproto__":{}}',
    code: 'json_forbidden_key',
  },
  { title: 'H3 JSON with a duplicate key', text: '{"nodes":{},"nodes":{}}', code: 'json_duplicate_key' },
  { title: 'H4 JSON with 1e400', text: '{"a":1e400}', code: 'json_inexact_number' },
  { title: 'JSON cut off', text: `{"a":"${'x'.repeat(200_000)}`, code: 'json_syntax' },
]
