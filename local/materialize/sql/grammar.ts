import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import { transformSync } from '@swc/core';

/** What Materialize's own parser says of a text; `offset` counts bytes of UTF-8. */
export interface GrammarFault {
  message: string;
  offset: number;
}

interface Parser {
  parse(sql: string): { error: GrammarFault | null };
  __wbg_set_wasm(wasm: Exports): void;
}

/** As far as it is used here: the compiler's own library for servers does not declare it. */
type Exports = Record<string, () => void>;
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: Record<string, object>) => { exports: Exports };
}

const PACKAGE = '@materializeinc/sql-parser/mz_sql_parser_wasm_bg';
let parser: Parser | undefined;

/** Texts without fault: clients send the same ones again and again, and a parse takes about a millisecond. */
const accepted = new Set<string>();
const MOST = 1_000;

/** The first thing in these statements that is not Materialize's SQL, by the parser that Materialize publishes. */
export function grammarFault(sql: string): GrammarFault | null {
  if (accepted.has(sql)) return null;
  parser ??= load();
  const { error } = parser.parse(sql);
  if (error !== null) return { message: error.message, offset: error.offset };
  if (accepted.size >= MOST) accepted.clear();
  accepted.add(sql);
  return null;
}

/** The package imports its .wasm file as bundlers do, which neither `require` nor Node's own `import` understands. */
function load(): Parser {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };
  const script = readFileSync(require.resolve(`${PACKAGE}.js`), 'utf8');
  const { code } = transformSync(script, { module: { type: 'commonjs' } });
  const module = { exports: {} as Parser };
  (compileFunction(code, ['exports', 'module']) as (...of: unknown[]) => void)(module.exports, module);
  const binary = new WebAssembly.Module(readFileSync(require.resolve(`${PACKAGE}.wasm`)));
  const { exports } = new WebAssembly.Instance(binary, { './mz_sql_parser_wasm_bg.js': { ...module.exports } });
  module.exports.__wbg_set_wasm(exports);
  exports.__wbindgen_start?.();
  return module.exports;
}
