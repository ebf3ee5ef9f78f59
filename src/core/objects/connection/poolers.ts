import { REFUSALS } from '../../failures/rules/pooler';

/** Connection poolers: what stands in front of a Postgres and hands its sessions around. Nothing is replicated through one. */

/** A pooler at an address, and how that is known. */
export interface PoolerFacts {
  /** `host:port`. */
  address: string;
  /** Whose it is, e.g. `PgBouncer`; null: nobody that is known. */
  product: string | null;
  /** What gave it away, as it follows the address in a sentence. */
  evidence: string;
  /** Where the server itself is reached, as far as the address tells. */
  direct: string | null;
  /** Materialize connects there, too; else n2m alone. */
  replicates: boolean;
}

interface KnownPooler {
  product: string;
  is: (host: string, port: number) => boolean;
  direct: (host: string) => string;
}

/** By their addresses, as their owners document them. */
const BY_NAME: readonly KnownPooler[] = [
  {
    product: "Neon's PgBouncer",
    is: (host) => /^[^.]{1,63}-pooler(\.|$)/i.test(host),
    direct: (host) => `use the direct host: ${host.replace(/-pooler/i, '')}`,
  },
  {
    product: "Supabase's Supavisor",
    is: (host) => /\.pooler\.supabase\.com$/i.test(host),
    direct: () =>
      'use the direct address: db.<project>.supabase.co:5432, user postgres (IPv6 only, unless the project has the IPv4 add-on)',
  },
  {
    product: 'RDS Proxy',
    is: (host) => /\.proxy-[a-z0-9]{1,40}\.[a-z0-9-]{1,40}\.rds\.amazonaws\.com(\.cn)?$/i.test(host),
    direct: () => 'use the endpoint of the instance or of the writer of the cluster, not that of the proxy',
  },
  {
    product: "Azure's PgBouncer",
    is: (host, port) => port === 6432 && /\.postgres\.database\.azure\.com$/i.test(host),
    direct: (host) => `use the direct port: ${host}:5432`,
  },
];

/** A pooler that its address gives away. */
export function poolerByName(host: string, port: number): Omit<PoolerFacts, 'replicates'> | null {
  const known = BY_NAME.find(({ is }) => is(host, port));
  if (known === undefined) return null;
  const { product, direct } = known;
  return { address: `${host}:${port}`, product, evidence: 'by its name', direct: direct(host) };
}

/**
 * A pooler that its answers give away: Materialize sends settings in the startup of each session, and a server takes them.
 * `refusal`: what was said instead of a session; `applied`: whether the session had the setting. Null: nothing that tells.
 */
export function poolerByAnswer(
  address: string,
  answer: { refusal: string } | { applied: boolean },
): Omit<PoolerFacts, 'replicates'> | null {
  if ('applied' in answer) {
    const dropped = 'it drops the settings that a session begins with';
    return answer.applied ? null : { address, product: null, evidence: dropped, direct: null };
  }
  const known = REFUSALS.find(({ pattern }) => pattern.test(answer.refusal));
  if (known === undefined) return null;
  return { address, product: known.product, evidence: `it answers "${answer.refusal}"`, direct: null };
}
