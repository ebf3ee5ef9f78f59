import {
  LineCounter,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml';
import { carriesSecret } from './references';

export type Path = (string | number)[];

export interface Position {
  line: number;
  column: number;
}

export interface Mistake extends Position {
  message: string;
}

/** A parsed file that still knows where everything stood. */
export interface YamlFile {
  value: unknown;
  /** Where the path's key stands (items of lists: the item); of its nearest parent where the path does not exist. */
  at(path: Path): Position;
  /** Every piece of text that carries a secret, with its path. */
  secrets: Path[];
}

/** Far above any real file; below it nothing the parser does takes noticeable time. */
const LARGEST_FILE = 1_000_000;
/** Mistakes below the first few are mostly consequences of it. */
const MOST_MISTAKES = 5;

/** The parser's own messages may quote the file, and so a secret: only its codes are used. */
const SENTENCES: Record<string, string> = {
  TAB_AS_INDENT: 'a tab indents this line; YAML takes spaces only',
  BAD_INDENT: 'the indentation does not fit the lines above',
  BAD_ALIAS: 'an alias (*name) has no anchor (&name) before it; a pattern that begins with * goes in quotes',
  MULTIPLE_DOCS: 'a second document starts here; a file holds one pipeline',
  MISSING_CHAR: 'something is missing here: a colon and a space after a key, a closing quote or bracket',
  BAD_SCALAR_START: 'this character cannot start a value; put the value in quotes',
  BAD_DQ_ESCAPE: 'unknown escape in double quotes; use single quotes for text with backslashes',
  BLOCK_AS_IMPLICIT_KEY: 'two colons on one line; put the value in quotes or start a new line',
  MULTILINE_IMPLICIT_KEY: 'a key runs over several lines; a colon is missing, or a value needs quotes',
  NON_STRING_KEY: 'keys are plain text',
  TAG_RESOLVE_FAILED: 'tags (!name) are not supported',
  RESOURCE_EXHAUSTION: 'nested or repeated too deeply',
};

export function readYaml(text: string): { ok: true; file: YamlFile } | { ok: false; mistakes: Mistake[] } {
  const refuse = (message: string, position = { line: 1, column: 1 }) => ({
    ok: false as const,
    mistakes: [{ ...position, message }],
  });
  if (text.length > LARGEST_FILE) return refuse('is larger than 1 MB; this is no pipeline file');
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, logLevel: 'error' });
  } catch {
    return refuse('cannot be read as YAML');
  }
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const mistakes = [...document.errors, ...document.warnings]
    .map((error) => ({ ...position(error.pos[0]), message: sentence(error.code, text.slice(error.pos[0])) }))
    .filter((mistake, index, all) => index === 0 || all[index - 1]?.line !== mistake.line)
    .slice(0, MOST_MISTAKES);
  if (mistakes.length > 0) return { ok: false, mistakes };
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return refuse('is empty; n2m init writes one to start from');
  }
  if (!isMap(document.contents))
    return refuse('is no pipeline: expected name, source and materialize at the top level');
  const loose = looseAliases(document);
  if (loose.length > 0) {
    const message = sentence('BAD_ALIAS', '');
    return { ok: false, mistakes: loose.map((offset) => ({ ...position(offset), message })) };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch {
    return refuse('repeats its anchors too often');
  }
  const file = { value, at: (path: Path) => position(locate(document, path)), secrets: secretPaths(document) };
  return { ok: true, file };
}

function sentence(code: string, rest: string): string {
  if (code === 'DUPLICATE_KEY') {
    const key = /^\w{1,40}/.exec(rest)?.[0];
    return `the key ${key ?? 'here'} appears twice; keep one`;
  }
  return SENTENCES[code] ?? 'is no valid YAML here; check quotes, colons and indentation';
}

/** Offsets of aliases without an anchor before them: the parser takes them, making a value of them fails. */
function looseAliases(document: Document.Parsed): number[] {
  const offsets: number[] = [];
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) === undefined) offsets.push(node.range?.[0] ?? 0);
    },
  });
  return offsets;
}

/** Offset of the deepest node on the path that exists. */
function locate(document: Document.Parsed, path: Path): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const step of path) {
    const target: Node | null | undefined = isAlias(node) ? node.resolve(document) : node;
    if (isMap(target)) {
      const pair = target.items.find((item) => isScalar(item.key) && item.key.value === step);
      if (!pair) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value as Node | null;
    } else if (isSeq(target) && typeof step === 'number') {
      const item = target.items[step] as Node | undefined;
      if (!item) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else {
      return offset;
    }
  }
  return offset;
}

function secretPaths(document: Document.Parsed): Path[] {
  const found: Path[] = [];
  visit(document, {
    Scalar(key, node, ancestors) {
      if (typeof node.value !== 'string' || !carriesSecret(node.value)) return;
      const path: Path = [];
      for (const [index, ancestor] of ancestors.entries()) {
        if (isPair(ancestor) && isScalar(ancestor.key) && key !== 'key') path.push(String(ancestor.key.value));
        const next = ancestors[index + 1] ?? node;
        if (isSeq(ancestor)) path.push(ancestor.items.indexOf(next));
      }
      found.push(path);
    },
  });
  return found;
}
