/**
 * The order in which people check findings, and in which plans have always listed those of one severity: the server, the
 * login, what is published, the tables, what it costs, Materialize. A code that is not here comes after these.
 */
const ORDER = `
server-version wal-level unknown-host pooled-host replication-slots wal-senders wal-cap open-transactions
idle-in-transaction transaction-timeout statement-timeout idle-slot-timeout tls-unverified public-connections-blocked ip-allow-unknown slot-life compute-stays-awake upstream-moved
read-only-login role-missing role-is-login role-creation role-attributes schema-usage admin-role
claimed-publication publication-creation publication-membership publication-operations publication-narrowed
publication-extra-tables publication-all-tables
no-tables missing-table not-a-table excluded-tables unmatched-pattern duplicate-target target-too-long unsupported-type unknown-column text-columns-changed columns-added columns-gone table-owner
table-privileges replica-identity published-without-identity row-security stale-statistics table-size
table-has-dependents table-named-differently table-dead
generated-columns other-publication-columns inherited-table partition-unsent partition-of-selected partitions-regrouped partition-changes partitions-apart
identity-full-cost
materialize-version exclude-columns exclude-constraints materialize-privileges database-missing unknown-size steady-size-larger renamed-object
limit-reached
name-refused name-clash syntax-refused shared-cluster cluster-reconfiguring cluster-sized-elsewhere copy-under-way no-credits
source-stalled adopted-extra-tables older-syntax
`
  .trim()
  .split(/\s+/);

const place = (code: string): number => (ORDER.includes(code) ? ORDER.indexOf(code) : ORDER.length);

/** Entries of tables by code, in that order. */
export const inOrder = <T>(entries: [code: string, T][]): [code: string, T][] =>
  entries.toSorted(([a], [b]) => place(a) - place(b));
