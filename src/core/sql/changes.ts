/** Begins what only looks, or opens and ends a transaction without effect; a DO block is the proof of writes, which reads. */
const LOOKS = /^\s*(?:SELECT|SHOW|EXPLAIN|VALIDATE|SET|BEGIN|ROLLBACK(?! PREPARED)|DO)\b/i;

/** What changes something all the same: another statement in the same text, or a function that acts. */
const ACTS = /;\s*(?:CREATE|ALTER|DROP|GRANT|REVOKE|COMMENT)\b|\bpg_(?:drop_replication_slot|terminate_backend)\b/i;

/** Whether a text may change something on a server. What is not known to look only is taken for a change. */
export const mayChange = (text: string): boolean => !LOOKS.test(text) || ACTS.test(text);
