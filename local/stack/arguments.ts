import { parseArgs } from 'node:util';
import { recordedVersion } from '../materialize/version';
import type { StackOptions } from './options';

export const usage = `npm run local -- [options]

Starts Temporal, a Postgres with Neon's API in front, a Materialize stand-in and a worker on this machine, and keeps them
running until Ctrl-C.

  --dir FOLDER         where stack.json, pipeline.yaml and env.sh are written (default .local); one stack per folder
  --rows N             rows of the sample's largest table (default 200000)
  --traffic            keep changing the sample tables
  --no-worker          leave the worker out, to run your own: npm run worker
  --materialize URL    use a Materialize that runs already; it has to reach 127.0.0.1 of this machine
  --materialize-version V   the release the stand-in plays, 26.9 or 26.39 (default)
  --postgres URL       use a Postgres that runs already, without Neon's API and sample tables
  --json               print stack.json on stdout once everything answers
  --help               this text
`;

export interface LocalArguments extends Pick<
  StackOptions,
  'dir' | 'rows' | 'traffic' | 'worker' | 'materialize' | 'postgres'
> {
  json: boolean;
  help: boolean;
}

/** Reads the command line of `npm run local`; the error says what is wrong with it. */
export function parseArguments(args: string[]): LocalArguments {
  const { values } = parseArgs({
    args,
    options: {
      dir: { type: 'string', default: '.local' },
      rows: { type: 'string' },
      traffic: { type: 'boolean', default: false },
      'no-worker': { type: 'boolean', default: false },
      materialize: { type: 'string' },
      'materialize-version': { type: 'string' },
      postgres: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { dir, traffic, json, help, materialize, postgres } = values;
  return {
    ...{ dir, traffic, json, help },
    rows: values.rows === undefined ? undefined : wholeNumber('--rows', values.rows),
    worker: !values['no-worker'],
    materialize: target(materialize, values['materialize-version']),
    postgres: postgres === undefined ? undefined : databaseUrl('--postgres', postgres),
  };
}

/** A Materialize that runs already, or what the stand-in is to play. */
function target(url: string | undefined, version: string | undefined): StackOptions['materialize'] {
  if (url !== undefined) return databaseUrl('--materialize', url);
  const option = '--materialize-version';
  return version === undefined ? undefined : { version: recordedVersion(option, version) };
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${option} ${text} is no whole number`);
  return Number(text);
}

/** The text itself is not repeated: it may hold a password. */
function databaseUrl(option: string, text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (!['postgres:', 'postgresql:'].includes(protocol)) {
    throw new Error(`${option} is no connection URL, e.g. ${option} postgres://materialize@127.0.0.1:6875/materialize`);
  }
  return text;
}
