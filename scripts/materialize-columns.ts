import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const RECORDINGS = join(__dirname, '..', 'test', 'transcripts');
export const SYSTEM_COLUMNS = 'local/materialize/catalog/generated/system-columns.json';

/** One step of a recording, as far as it is read here. */
interface Step {
  sql?: string;
  answers?: { rows: string[][] }[];
}

/** The stand-in's table of system columns, out of what a real Materialize answered to SHOW COLUMNS; one column a line. */
export function systemColumns(): string {
  const relations = recorded().map(([relation, rows]) => {
    const columns = rows.map(([name, nullable, type, comment]) =>
      JSON.stringify([name, type, nullable === 't', comment]),
    );
    return `${JSON.stringify(relation)}: [\n${columns.join(',\n')}\n]`;
  });
  const header = 'Made by `npm run generate` from the SHOW COLUMNS in test/transcripts: name, type, nullable, comment.';
  return `{\n"//": ${JSON.stringify(header)},\n"columns": {\n${relations.join(',\n')}\n}\n}\n`;
}

/** In the order of the recordings. */
function recorded(): [relation: string, rows: string[][]][] {
  const files = readdirSync(RECORDINGS).filter((name) => name.endsWith('.json'));
  const texts = files.sort().map((name) => readFileSync(join(RECORDINGS, name), 'utf8'));
  const steps = texts.flatMap((text) => (JSON.parse(text) as { steps: Step[] }).steps);
  return steps.flatMap(({ sql = '', answers }): [string, string[][]][] => {
    const relation = /^SHOW COLUMNS FROM (mz_\w+\.\w+)$/.exec(sql)?.[1];
    return relation === undefined || answers?.[0] === undefined ? [] : [[relation, answers[0].rows]];
  });
}
