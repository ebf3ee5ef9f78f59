import { type Entry, PLAN } from '../../explain/types';

/** What the findings of this room mean, how to see it, what to do. */
export const connectionWords: Record<string, Entry> = {
  'unknown-host': [
    'Materialize logs in with a password wherever it is told to. A file alone cannot say where: the host is the one of the connection URL, or one that the worker’s owner listed.',
    PLAN,
    'List host:port in N2M_REACHABLE_ALLOW of the worker and restart it, or take reachableAt out of the file.',
  ],
  'pooled-host': [
    'A connection pooler (PgBouncer, Supavisor, RDS Proxy and others) hands sessions around: it does not carry replication as Materialize asks for it, and what n2m locks or sets in a session need not hold. It is known by its name, or by what it does with a setting in the startup of a session, as Materialize sends them: poolers refuse or drop it.',
    PLAN,
    'Give the address of the server itself: without -pooler on Neon, db.<project>.supabase.co on Supabase, the endpoint of the instance in place of that of RDS Proxy, port 5432 in place of 6432 on Azure.',
  ],
  'tls-unverified': [
    'Without verification anybody on the way may pose as the server and read the password.',
    'source.tls in the file; for Materialize, sslmode in its connection URL.',
    'source.tls: {mode: verify-full}, with ca where it is not a public authority. In the URL of Materialize, no sslmode or one that verifies: all but disable and no-verify.',
  ],
};
