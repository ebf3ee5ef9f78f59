import { readsStandby } from '../../core/objects/logical-replication/standby';
import type { PipelineSpec } from '../../core/spec/types';
import * as sql from '../../core/sql/postgres';
import { SystemError } from '../../systems/errors';
import type { SqlClient } from '../../systems/sql-client';
import type { Deps } from '../support/deps';
import { withReplicaAs, type SourceSession } from '../support/sessions';

interface Ended extends Record<string, unknown> {
  pid: number;
}

/**
 * Ends whoever reads a slot of the pipeline, if anybody does, and answers with the process id it had. A login that may not
 * signal others does it with the rights of the pipeline's role, whose session it is: logged in as it, where its password is
 * given, or as the one who made it.
 */
export async function endSlotReader(
  deps: Deps,
  spec: PipelineSpec,
  { client, replica, access }: SourceSession,
  slot: string,
): Promise<number | null> {
  const reader = await replica();
  try {
    return await end(reader, slot);
  } catch (error) {
    if (!isDenied(error)) throw error;
    const { role } = spec.source;
    try {
      if (role.via === 'given') {
        const password = await deps.secrets.resolve(role.password, 'role-password');
        return await withReplicaAs(deps, spec, { access, user: role.name, password }, (own) => end(own, slot));
      }
      // A standby takes no membership, however short, and one that is given on the primary would have to stay.
      if (reader === client) return await asItsMaker(client, role.name, slot);
      throw error;
    } catch (second) {
      if (!isDenied(second)) throw second;
      const where = readsStandby(spec) ? ' on the primary' : '';
      const hint = `as a superuser${where}: ${sql.grantSignals(loginOf(access))}; then run the same command again`;
      throw new SystemError({ ...error.info, hint });
    }
  }
}

/** Who n2m is where the slot is. */
export const loginOf = ({ replicaUrl }: SourceSession['access']): string =>
  decodeURIComponent(new URL(replicaUrl).username);

async function end(client: SqlClient, slot: string): Promise<number | null> {
  return (await client.query<Ended>(sql.endWalsender(slot)))[0]?.pid ?? null;
}

/** Who made a role may give it to itself. What the signal does stays, the membership does not. */
async function asItsMaker(client: SqlClient, role: string, slot: string): Promise<number | null> {
  await client.query('BEGIN');
  try {
    await client.query(sql.joinRole(role));
    return await end(client, slot);
  } finally {
    await client.query('ROLLBACK');
  }
}

const isDenied = (error: unknown): error is SystemError =>
  error instanceof SystemError && error.info.type === 'PermissionDenied';
