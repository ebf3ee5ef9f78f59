import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { version } from '../../package.json';
import { HISTORIES } from './stored';

const ROOT = join(__dirname, '..', '..');

/** Keeps what a run did, under this version. What is recorded already stays: later code is held to it. */
export async function save(handle: Pick<WorkflowHandle, 'fetchHistory'>, name: string): Promise<void> {
  const file = join(HISTORIES, version, `${name}.json.gz`);
  if (existsSync(file)) return void process.stderr.write(`${name} is there already and stays as it is\n`);
  // Stack traces name where the project stood, identities the machine it ran on. The name of a machine may be two letters,
  // which payloads have, too; no base64 has an @.
  const history = historyToJSON(await handle.fetchHistory())
    .replaceAll(ROOT, '/app')
    .replaceAll(`@${hostname()}`, '@recorder');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, gzipSync(history, { level: 9 }));
  process.stderr.write(`recorded ${name}\n`);
}
