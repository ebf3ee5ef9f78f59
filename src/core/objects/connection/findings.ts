import { blocking, type Rule, warning } from '../../plan/rule';

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

  'pooled-host': ({ source }) =>
    source.pooledHost
      ? [
          blocking(
            source.host,
            `${source.host} is a connection pooler, through which nothing can be replicated`,
            `use the direct host: ${source.host.replace('-pooler', '')}`,
          ),
        ]
      : [],

  'tls-unverified': ({ spec, source }) => {
    const { mode } = spec.source.tls;
    if (mode === 'verify-full' || mode === 'verify-ca') return [];
    const what = mode === 'require' ? 'encrypted, but nobody checks who answers' : 'not encrypted';
    return [
      warning(
        source.host,
        `the connection to ${source.host} is ${what}`,
        spec.source.kind === 'neon' ? 'source.tls: {mode: verify-full}' : VERIFIED,
      ),
    ];
  },
};
