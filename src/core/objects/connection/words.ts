import { type Entry, PLAN } from '../../explain/types';

/** What the findings of this room mean, how to see it, what to do. */
export const connectionWords: Record<string, Entry> = {
  'unknown-host': [
    'Materialize logs in with a password wherever it is told to. A file alone cannot say where: the host is the one of the connection URL, or one that the worker’s owner listed.',
    PLAN,
    'List host:port in N2M_REACHABLE_ALLOW of the worker and restart it, or take reachableAt out of the file.',
  ],
  'pooled-host': ['A connection pooler cannot carry replication.', PLAN, 'Use the direct host, without -pooler.'],
  'tls-unverified': [
    'Without verification anybody on the way may pose as the server and read the password.',
    'source.tls in the file.',
    'source.tls: {mode: verify-full}, with ca where it is not a public authority.',
  ],
};
