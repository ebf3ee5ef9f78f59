import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What `stack.json` says: where everything answers. For this machine only: it holds passwords. */
export interface StackFile {
  temporal: { address: string; namespace: string; ui: string };
  /** Null where an existing Postgres is used instead. */
  neon: { api: string; project: string; branch: string; apiKey: string } | null;
  /** `superuserUrl` is empty for an existing Postgres: nobody told us. */
  postgres: { url: string; superuserUrl: string };
  materialize: { url: string };
  /** URL of the worker's Prometheus endpoint; empty without a worker. */
  metrics: string;
  /** Path of a pipeline file ready for `n2m apply`. */
  pipeline: string;
  /** Every variable a client or a worker needs. */
  env: Record<string, string>;
}

export const stackFile = (dir: string): string => join(dir, 'stack.json');
export const pipelineFile = (dir: string): string => join(dir, 'pipeline.yaml');
export const envFile = (dir: string): string => join(dir, 'env.sh');

/** Writes the three files; `stack.json` last and at once, since others take it for the sign that all is up. */
export async function writeFiles(dir: string, stack: StackFile, pipeline: string): Promise<void> {
  await writeFile(pipelineFile(dir), pipeline);
  await writeFile(envFile(dir), shellExports(stack.env), { mode: 0o600 });
  const unfinished = `${stackFile(dir)}.unfinished`;
  await writeFile(unfinished, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, stackFile(dir));
}

export async function removeFiles(dir: string): Promise<void> {
  for (const file of [stackFile(dir), envFile(dir), pipelineFile(dir)]) await rm(file, { force: true });
}

/** For `. env.sh` in a POSIX shell. */
function shellExports(env: Record<string, string>): string {
  const quoted = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;
  return Object.entries(env)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join('');
}
