import { randomBytes } from 'node:crypto';
import { DEADLINE } from '../../core/budgets';
import type { PipelineSpec } from '../../core/spec/types';
import * as sql from '../../core/sql/postgres';
import { SystemError, systemError } from '../../systems/errors';
import { scramVerifier } from '../../systems/postgres';
import type { SqlClient } from '../../systems/sql-client';
import type { Deps } from '../support/deps';
import { type SourceSession, needNeon } from '../support/sessions';

/** "Neon only supports being given plaintext passwords", "password type is not a plain text" (credcheck). */
const WANTS_CLEAR_TEXT = /plain ?text/i;

/** 192 bits, in characters that need no escape anywhere; Neon wants 60 bits and mixed characters. */
export const newPassword = (): string => `n2m_${randomBytes(24).toString('base64url')}`;

/**
 * Gives a role a password that nobody can read off the server: `statement` gets its verifier. Neon refuses those, because its
 * control plane keeps the passwords, and so do servers that check how good one is: they alone get the clear text, as
 * the answer to their refusal. A statement without a secret follows, as pg_stat_activity shows a session's last one.
 */
export async function sendPassword(
  deps: Deps,
  { client, source }: { client: SqlClient; source: PipelineSpec['source'] },
  password: string,
  statement: (secret: string) => string,
): Promise<void> {
  deps.secrets.remember(password);
  if (source.kind === 'neon') await client.query(statement(password));
  else await sendVerifier(deps, client, password, statement);
  await client.query('SELECT 1');
}

async function sendVerifier(
  deps: Deps,
  client: SqlClient,
  password: string,
  statement: (secret: string) => string,
): Promise<void> {
  const verifier = await scramVerifier(password);
  deps.secrets.remember(verifier);
  try {
    await client.query(statement(verifier));
  } catch (error) {
    if (!(error instanceof SystemError && WANTS_CLEAR_TEXT.test(error.info.message))) throw error;
    await client.query(statement(password));
  }
}

/** The password as it can be looked up; null where only a new one helps. */
export async function readPassword(deps: Deps, spec: PipelineSpec, session: SourceSession): Promise<string | null> {
  const { role } = spec.source;
  if (role.via === 'given') return deps.secrets.resolve(role.password, 'role-password');
  if (role.via === 'sql') return null;
  const { neon, branchId, project } = needNeon(spec, session);
  return neon.revealPassword(project, branchId, role.name);
}

/** A new password: through the API for an API role (drops connections), by SQL for ours. */
export async function renewPassword(deps: Deps, spec: PipelineSpec, session: SourceSession): Promise<string> {
  const { name, via } = spec.source.role;
  if (via === 'sql') {
    const password = newPassword();
    const { client } = session;
    await sendPassword(deps, { client, source: spec.source }, password, (secret) =>
      sql.alterRolePassword(name, secret),
    );
    return password;
  }
  const { neon, branchId, project } = needNeon(spec, session);
  const { password, operations } = await neon.resetPassword(project, branchId, name);
  await neon.waitForOperations(project, operations, { deadlineMs: DEADLINE.operations });
  if (password === null)
    throw systemError('OperationFailed', 'neon', `the reset of role ${name} returned no password`, { retryable: true });
  return password;
}
