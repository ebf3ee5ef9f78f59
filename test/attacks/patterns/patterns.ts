import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as ts from 'typescript';
import { classifyNetwork, classifySql } from '../../../src/core/failures/classify';
import { scrub } from '../../../src/core/failures/scrub';
import { oddStatement } from '../../../src/core/repair/definition-shape';
import { matches, parseGlob } from '../../../src/core/spec/globs';
import { parsePipeline } from '../../../src/core/spec/parse';
import { carriesSecret, isReference } from '../../../src/core/spec/references';
import { parseDuration } from '../../../src/core/text/duration';
import { wrapWords } from '../../../src/core/text/fit';
import { parsePercentage } from '../../../src/core/text/share';
import { shown } from '../../../src/core/text/shown';
import { parseSize } from '../../../src/core/text/size';
import { statementKind } from '../../../src/core/sql/kind';
import { parseConnection } from '../../../src/core/sql/parse-create';
import { outside } from '../../../src/core/sql/partition-bounds';
import { changeNamed } from '../../../src/core/watch/rules/schema-changes';

export interface Pattern {
  /** File and line, to be found. */
  where: string;
  source: string;
  flags: string;
}

const SRC = join(__dirname, '..', '..', '..', 'src');

/** Every regular expression that stands in the sources; those put together at run time are listed apart. */
export function patternsInSources(): { literal: Pattern[]; made: string[] } {
  const literal: Pattern[] = [];
  const made: string[] = [];
  for (const file of readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
    const source = ts.createSourceFile(file, readFileSync(join(SRC, file), 'utf8'), ts.ScriptTarget.ES2022, true);
    const visit = (node: ts.Node): void => {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        literal.push({ where: `${file}:${line}`, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
      }
      if (ts.isNewExpression(node) && node.expression.getText(source) === 'RegExp') made.push(file);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { literal, made };
}

/** Texts of about `length` characters that make a pattern try again from every place, if any text does. */
export function adversaries({ source, flags }: Pattern, length: number): string[] {
  const characters = new Set([...source.replace(/[\\()?*+|^$]/g, ''), ...' a7.-_:/@\'"\n\t\\%,=;']);
  const pairs = ["''", '\\"', '\\\\', ' \n', 'a.', 'a ', 'x://a:', '1,'];
  const repeated = [...characters, ...pairs, ...begun(source, flags)].map((piece) =>
    piece.repeat(Math.ceil(length / piece.length)),
  );
  return repeated.flatMap((text) => [text, `${text}\u0000`]);
}

/** Beginnings of what it matches: repeated, each of them is a place to begin, and none of them an end. */
function begun(source: string, flags: string): string[] {
  try {
    const matching = fc.stringMatching(new RegExp(source, flags.replace(/[^us]/g, '')));
    const samples = fc.sample(matching, { numRuns: 3, seed: 1 }).map((text) => text.slice(0, 40));
    return samples.flatMap((text) => [text, text.slice(0, -1), text.slice(0, text.length / 2)]).filter(Boolean);
  } catch {
    // It knows no look-behind.
    return [];
  }
}

/** What is put together at run time, and what works in a loop: asked as it is asked by others. */
export const FUNCTIONS: Record<string, (length: number) => void> = {
  'the words of a failure': (length) => {
    for (const text of long(length))
      for (const code of ['XX000', '28000', '42P01'])
        classifySql({ code, message: text, detail: text, hint: text }, 'source');
  },
  'the words of a network failure': (length) => {
    for (const text of long(length)) classifyNetwork({ code: null, message: text, where: 'x:1' }, 'source');
  },
  'a secret in a file': (length) => {
    for (const text of [...long(length), 'x://a:'.repeat(length), 'a'.repeat(length)]) carriesSecret(text);
  },
  'secrets in a text': (length) => {
    const known = [
      'hunter2!',
      `${"'".repeat(40)}x`,
      `${'\\"'.repeat(30)}x`,
      `${'%25'.repeat(30)}x`,
      ` +${' '.repeat(40)}x`,
    ];
    for (const text of [...long(length), ...known.map((value) => value.slice(0, -1).repeat(length / 50))])
      scrub(`${text}%`, known);
  },
  'what is shown': (length) => {
    for (const text of long(length)) wrapWords(shown(text), 80).slice(0, 1);
  },
  'definitions of Materialize': (length) => {
    for (const text of long(length)) {
      parseConnection(`CREATE SOURCE ${text}`);
      parseConnection(`CREATE SOURCE "a"."b" FROM POSTGRES CONNECTION x (PUBLICATION = ${text}`);
    }
  },
  'definitions that are made again': (length) => {
    const item = { database: 'd', schema: 's', name: 'v' };
    const view = { id: 'u1', type: 'view', name: 'd.s.v', item, owner: null };
    for (const text of long(length)) {
      oddStatement({ ...view, sql: `CREATE VIEW "d"."s"."v" AS ${text}`, grants: [], comments: [] });
      oddStatement({
        ...view,
        sql: null,
        grants: [`GRANT ${text}`, `GRANT A ON TABLE "d"."s"."v" TO "${text}`],
        comments: [],
      });
      oddStatement({
        ...view,
        sql: null,
        grants: [],
        comments: [`COMMENT ON COLUMN "d"."s"."v"."${text}`, `COMMENT ON VIEW "d"."s"."v" IS '${text}`],
      });
    }
  },
  'amounts in a file': (length) => {
    for (const text of long(length))
      for (const parse of [parseDuration, parseSize, parsePercentage, isReference]) parse(text);
  },
  'patterns of table names': (length) => {
    const names = ['a'.repeat(length), 'a_'.repeat(length / 2)];
    for (const text of [...long(length), '*a'.repeat(40), '"'.repeat(length)]) {
      const glob = parseGlob(text);
      if (glob.ok) for (const name of names) matches(glob.value, name);
    }
  },
  'the kind of a statement': (length) => {
    for (const text of [...long(length), '; '.repeat(length), 'CREATE '.repeat(length / 7)]) statementKind(text);
  },
  'bounds of a partition': (length) => {
    for (const text of long(length)) outside([`((a IS NOT NULL) AND (a >= ${text}))`, text], [`(${text})`]);
  },
  'changes of a schema': (length) => {
    const head = 'incompatible schema change on "a": ';
    const pieces = [head, `${head}UNIQUE constraint "a" (`, `${head}UNIQUE constraint "a" () `, '"a" (', ') '];
    for (const piece of pieces) changeNamed(`${head}UNIQUE constraint "a" (${piece.repeat(length / piece.length)}`);
    for (const text of long(length)) changeNamed(`${head}column "${text}`);
  },
  'a file': (length) => {
    for (const text of long(length / 50)) parsePipeline(`name: shop\nsource:\n  kind: neon\n  tables: [${text}]\n`);
  },
};

const long = (length: number): string[] =>
  [' ', 'a', '7', "'", '"', '\n', '\\', '(', '[', 'a.', 'a@', '1h', ' \n', 'x:', '--', '$'].map((piece) =>
    piece.repeat(Math.ceil(length / piece.length)),
  );
