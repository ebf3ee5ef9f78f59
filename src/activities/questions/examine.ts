import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  referencesOf,
  type Examination,
  type Reference,
  type ReferenceLook,
  type SystemLook,
} from '../../core/examine/types';
import { specSchema } from '../../core/spec/spec-schema';
import type { PipelineSpec } from '../../core/spec/types';
import { scrubbed, systemError, toSystemError } from '../../systems/errors';
import type { SqlClient } from '../../systems/sql-client';
import { activity } from '../support/activity';
import type { Deps } from '../support/deps';
import { withMaterialize, withSource } from '../support/sessions';

const asked = z.looseObject({ spec: specSchema.nullable() }) as unknown as z.ZodType<{ spec: PipelineSpec | null }>;

/** Says what this worker is and whether it can reach what a file names. Every failure is a value; changes nothing. */
export const examine = activity({ input: asked, reads: true }, async (deps, { spec }): Promise<Examination> => {
  const itself = { version: await version(), node: process.versions.node };
  if (spec === null) return { ...itself, references: [], source: null, materialize: null };
  const [references, source, materialize] = await Promise.all([
    Promise.all(referencesOf(spec).map((reference) => resolvable(deps, reference))),
    look(deps, 'source', () =>
      withSource(deps, spec, async ({ client, replica }) => {
        await replica();
        return ask(client, SOURCE);
      }),
    ),
    look(deps, 'materialize', () => withMaterialize(deps, spec, (client) => ask(client, MATERIALIZE))),
  ]);
  return { ...itself, references, source, materialize };
});

/** clock_timestamp() and not now(): a session may have begun its transaction long ago. */
const SOURCE = `SELECT 'PostgreSQL ' || pg_catalog.current_setting('server_version') AS version, current_user::text AS "user",
                       pg_catalog.clock_timestamp() AS clock`;
const MATERIALIZE = `SELECT mz_version() AS version, current_user AS "user", now() AS clock`;

async function ask(client: SqlClient, sql: string): Promise<SystemLook> {
  const began = Date.now();
  const [row] = await client.query<{ version: string; user: string; clock: string }>(sql);
  if (row === undefined) throw new Error('a query that always has a row had none');
  // The server read its clock somewhere between the question and the answer.
  const middle = (began + Date.now()) / 2;
  return { ok: true, version: row.version, user: row.user, clockAheadMs: Math.round(Date.parse(row.clock) - middle) };
}

async function look(
  deps: Deps,
  system: 'source' | 'materialize',
  read: () => Promise<SystemLook>,
): Promise<SystemLook> {
  try {
    return await read();
  } catch (error) {
    return { ok: false, failure: scrubbed(toSystemError(error, system, system), deps.secrets.known()).info };
  }
}

async function resolvable(deps: Deps, reference: Reference): Promise<ReferenceLook> {
  const { ref, path, purpose } = reference;
  try {
    const value = await deps.secrets.resolve(ref, purpose);
    if (purpose === 'web-url') await callable(deps, ref, value);
    return { ref, path, failure: null };
  } catch (error) {
    return { ref, path, failure: toSystemError(error, 'worker', path).info };
  }
}

/** Whether an alert would be sent at all: better known now than with the first one. */
async function callable({ webhooks }: Deps, ref: string, url: string): Promise<void> {
  await webhooks.check(url).catch((error: Error) => {
    throw systemError('SecretNotAllowed', 'worker', `${ref} ${error.message}`);
  });
}

async function version(): Promise<string> {
  const text = await readFile(join(__dirname, '../../../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
