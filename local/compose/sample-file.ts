import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleStatements, type SampleOptions } from '../postgres/sample';

/** The sample shop as a script for the Postgres image; written by `npx tsx local/compose/sample-file.ts`. */
export const sampleFile = join(__dirname, 'sample.sql');

export function sampleScript(options?: SampleOptions): string {
  const header = '-- The sample shop of local/postgres/sample.ts. Written by: npx tsx local/compose/sample-file.ts';
  return `${[header, 'BEGIN', ...sampleStatements(options), 'COMMIT'].join(';\n\n').replace(';\n', '\n')};\n`;
}

if (require.main === module) writeFileSync(sampleFile, sampleScript());
