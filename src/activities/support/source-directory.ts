import type { FailureInfo } from '../../core/failures/types';
import type { NeonSourceSpec, SourceSpec } from '../../core/spec/types';
import type { NeonClient } from '../../systems/neon';
import { addressOf, parsePostgresUrl } from '../../systems/postgres-url';
import type { Secrets } from '../../systems/secrets';

/** How n2m and Materialize reach one upstream database. Holds passwords: never leaves the worker's memory. */
export interface SourceAccess {
  /** URL of the role that owns the tables, on the server that takes changes. */
  ownerUrl: string;
  /** The same on the server that Materialize reads: another one where the file names the primary of that. */
  replicaUrl: string;
  /** Where Materialize connects. */
  reachable: { host: string; port: number };
  /** Only the file says so: neither the URL nor the worker's owner knows the host, and no password may go there. */
  unknownHost: boolean;
  /** Kind neon only. */
  branchId: string | null;
}

export interface SourceDirectory {
  find(source: SourceSpec, neon: NeonClient | null): Promise<SourceAccess>;
  /** After a refused login or host: ask again next time. */
  forget(source: SourceSpec): void;
}

/** Neon limits calls per minute, and a check runs every minute per pipeline: answers are kept for this long. */
const KEEP = 5 * 60_000;
const KEPT = 2_000;

/** After these the address or the password may be another than the one that is kept. */
const OUTDATED: FailureInfo['type'][] = [
  ...(['AuthenticationFailed', 'Unreachable', 'Timeout', 'NotFound'] as const),
  ...(['QuotaExceeded', 'EndpointDisabled', 'EndpointGone'] as const),
];

export const isOutdated = ({ type }: FailureInfo): boolean => OUTDATED.includes(type);

/** `reachableAllow`: `host:port` where files may say that Materialize reaches a server; see N2M_REACHABLE_ALLOW. */
export function createSourceDirectory(
  secrets: Secrets,
  reachableAllow: readonly string[] = [],
  now: () => number = Date.now,
): SourceDirectory {
  const kept = new Map<string, { access: SourceAccess; until: number }>();

  async function findNeon(source: NeonSourceSpec, neon: NeonClient): Promise<SourceAccess> {
    const branch = await neon.resolveBranch(source.project, source.branch);
    const role = await neon.databaseOwner(source.project, branch.id, source.database);
    const { project, database } = source;
    const { url, host, port } = await neon.connectionUri({ project, branchId: branch.id, database, role });
    secrets.remember(url);
    return {
      ...{ ownerUrl: url, replicaUrl: url, reachable: { host, port } },
      ...{ unknownHost: false, branchId: branch.id },
    };
  }

  return {
    async find(source, neon) {
      if (source.kind === 'postgres') {
        const replicaUrl = await secrets.resolve(source.url, 'postgres-url');
        const ownerUrl =
          source.primary === undefined ? replicaUrl : await secrets.resolve(source.primary, 'postgres-url');
        const { host, port } = parsePostgresUrl(replicaUrl, 'source');
        const known = [addressOf({ host, port }), ...reachableAllow];
        const reachable = source.reachableAt ?? { host, port };
        const unknownHost = !known.includes(addressOf(reachable));
        return { ownerUrl, replicaUrl, reachable, unknownHost, branchId: null };
      }
      if (!neon) throw new Error('a Neon source needs a Neon client');
      const key = keyOf(source);
      const hit = kept.get(key);
      if (hit && hit.until > now()) return hit.access;
      const access = await findNeon(source, neon);
      if (kept.size >= KEPT) kept.clear();
      kept.set(key, { access, until: now() + KEEP });
      return access;
    },
    forget(source) {
      if (source.kind === 'neon') kept.delete(keyOf(source));
    },
  };
}

/** The key's reference is part of it: another file must not get at a database with somebody else's key. */
function keyOf({ apiKey, project, branch, database }: NeonSourceSpec): string {
  return JSON.stringify([apiKey, project, branch, database]);
}
