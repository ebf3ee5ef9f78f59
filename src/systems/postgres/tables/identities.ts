/** What `pg_class.relreplident` says, in words. */
export const IDENTITIES = { d: 'default', f: 'full', n: 'nothing', i: 'index' } as const;
