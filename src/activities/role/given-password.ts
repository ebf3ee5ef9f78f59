import { randomBytes } from 'node:crypto';
import type { PipelineSpec } from '../../core/spec/types';
import { SystemError, systemError } from '../../systems/errors';
import type { Deps } from '../support/deps';
import { withReplicaAs } from '../support/sessions';
import type { SourceAccess } from '../support/source-directory';

/**
 * No password goes where only the file says that Materialize reaches the server: whoever can start a workflow can name
 * any host. The plan says it as a finding; this is what holds.
 */
export function refuseUnknownHost({ reachable: { host, port }, unknownHost }: SourceAccess): void {
  if (!unknownHost) return;
  throw systemError('SecretNotAllowed', 'worker', `no password goes to ${host}:${port}: only the file names it`, {
    hint: `add ${host}:${port} to N2M_REACHABLE_ALLOW of the worker, or take reachableAt out of the file`,
  });
}

/**
 * Logs in where Materialize will, at the server that the worker's own URL leads to, before a referenced password is told to Materialize: what is not
 * this role's password does not leave the worker. Another one has to be refused, else nothing was proven.
 */
export async function proveGiven(
  deps: Deps,
  spec: PipelineSpec,
  login: { access: SourceAccess; password: string },
): Promise<void> {
  const { role } = spec.source;
  if (role.via !== 'given') return;
  const as = { access: login.access, user: role.name };
  const refusal = await loginAs(deps, spec, { ...as, password: login.password });
  if (refusal !== null) {
    throw systemError('AuthenticationFailed', 'source', `${role.password} does not open the database: ${refusal}`, {
      hint: 'set source.role.password to the password the role has, then n2m apply FILE',
    });
  }
  if ((await loginAs(deps, spec, { ...as, password: randomBytes(24).toString('base64url') })) !== null) return;
  throw systemError(
    'PreconditionFailed',
    'source',
    `the server lets ${role.name} in with any password, so nothing proves that ${role.password} is its password`,
    {
      hint: `have pg_hba.conf ask for a password (scram-sha-256) from the worker's address, or use source.role: {name: …, via: sql}`,
    },
  );
}

/** Null when the login works; what the server said where the password is refused. Anything else is no answer. */
export async function loginAs(
  deps: Deps,
  spec: PipelineSpec,
  as: Parameters<typeof withReplicaAs>[2],
): Promise<string | null> {
  try {
    await withReplicaAs(deps, spec, as, (client) => client.query('SELECT 1'));
    return null;
  } catch (error) {
    if (error instanceof SystemError && error.info.type === 'AuthenticationFailed') return error.info.message;
    throw error;
  }
}
