import { join } from 'node:path';
import { sampleStatements, type SampleOptions } from '../postgres/sample';

/** The sample shop as a script for the Postgres image; written by `npm run generate`. */
export const sampleFile = join(__dirname, 'sample.sql');

export function sampleScript(options?: SampleOptions): string {
  const header = '-- The sample shop of local/postgres/sample.ts. Written by: npm run generate';
  return `${[header, 'BEGIN', ...sampleStatements(options), 'COMMIT'].join(';\n\n').replace(';\n', '\n')};\n`;
}
