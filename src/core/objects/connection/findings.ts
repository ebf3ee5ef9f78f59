import { blocking, type Rule, warning } from '../../plan/rule';
import type { SourceSpec } from '../../spec/types';

/** Materialize trusts no authority by itself, and which one it is nobody here knows. */
const VERIFIED = 'source.tls with mode verify-full, and ca: the certificate of the authority that signed the server’s';

/** Where Materialize logs in, and who could listen. */
export const connectionFindings: Record<string, Rule> = {
  'unknown-host': ({ source }) =>
    source.unknownHost
      ? [
          blocking(
            `${source.host}:${source.port}`,
            `only the file says that Materialize reaches the server at ${source.host}:${source.port}, and the password goes there`,
            `add ${source.host}:${source.port} to N2M_REACHABLE_ALLOW of the worker, or take reachableAt out of the file`,
          ),
        ]
      : [],

  'pooled-host': ({ spec, source: { pooler } }) => {
    if (pooler === null) return [];
    const { address, product, evidence, replicates } = pooler;
    const what = `${address} is a connection pooler (${product === null ? '' : `${product}, `}${evidence})`;
    const fix =
      pooler.direct ?? `name the server itself ${urlOf(spec.source, replicates)}: often the same host at another port`;
    return replicates
      ? [blocking(address, `${what}, through which nothing can be replicated`, fix)]
      : [warning(address, `${what}: what n2m locks and sets for a session need not hold there`, fix)];
  },

  'tls-unverified': ({ spec, source, target }) => {
    const { mode } = spec.source.tls;
    const verified = mode === 'verify-full' || mode === 'verify-ca';
    const { unverified } = target;
    return [
      ...(verified
        ? []
        : [
            warning(
              source.host,
              unchecked(source.host, mode === 'require'),
              spec.source.kind === 'neon' ? 'source.tls: {mode: verify-full}' : VERIFIED,
            ),
          ]),
      ...(unverified
        ? [
            warning(
              unverified.host,
              unchecked(unverified.host, unverified.encrypted),
              `name another sslmode in the URL of ${spec.materialize.url}: all but disable and no-verify verify`,
            ),
          ]
        : []),
    ];
  },
};

const unchecked = (host: string, encrypted: boolean): string =>
  `the connection to ${host} is ${encrypted ? 'encrypted, but nobody checks who answers' : 'not encrypted'}`;

/** Where the address stands that n2m connects to, and Materialize where it is the one that `replicates`. */
function urlOf(source: SourceSpec, replicates: boolean): string {
  if (source.kind !== 'postgres') return 'in place of the pooler';
  return `in the URL of ${(replicates ? null : source.primary) ?? source.url}`;
}
