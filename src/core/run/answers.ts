/** The answers that a waiting run takes. */
import type { ApprovalInput, RejectionInput } from './types';

/**
 * The shape of every answer a run takes. They come from `n2m`, from Temporal's own command line and from its UI, where an
 * empty field sends nothing at all. Read by hand: a schema library would make the bundle of the workflows twice as big.
 */
export type Answer<T> = { ok: true; value: T } | { ok: false; problem: string };

/** Who gave no name. */
export const SOMEBODY = 'somebody who gave no name';

const LONGEST = { by: 200, key: 200, reason: 2000 };
/** A pipeline may leave thousands of tables at once, each with a key of its own. */
const MOST_KEYS = 20_000;

const APPROVAL = 'send {"keys": ["…"], "by": "…"}, or nothing for everything it asks for';
const REJECTION = 'send {"reason": "…", "by": "…"}, or nothing';

/** Without keys everything that is `asked` for is meant. */
export function readApproval(input: unknown, asked: readonly string[]): Answer<ApprovalInput> {
  const fields = fieldsOf(input, ['keys', 'by'], APPROVAL);
  if (!fields.ok) return fields;
  const by = textOf(fields.value.by, 'by', SOMEBODY, APPROVAL);
  if (!by.ok) return by;
  const { keys } = fields.value;
  if (isNothing(keys)) return { ok: true, value: { keys: [...asked], by: by.value } };
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MOST_KEYS || !keys.every(isKey)) {
    return refused(`keys is a list of 1 to ${MOST_KEYS} keys`, APPROVAL);
  }
  return { ok: true, value: { keys, by: by.value } };
}

export function readRejection(input: unknown): Answer<RejectionInput> {
  const fields = fieldsOf(input, ['reason', 'by'], REJECTION);
  if (!fields.ok) return fields;
  const by = textOf(fields.value.by, 'by', SOMEBODY, REJECTION);
  if (!by.ok) return by;
  const reason = textOf(fields.value.reason, 'reason', '', REJECTION);
  if (!reason.ok) return reason;
  return { ok: true, value: { by: by.value, reason: reason.value } };
}

const isNothing = (value: unknown): value is null | undefined | '' =>
  value === undefined || value === null || value === '';

const isKey = (key: unknown): key is string => typeof key === 'string' && key.length > 0 && key.length <= LONGEST.key;

const refused = (what: string, how: string): Answer<never> => ({ ok: false, problem: `${what}; ${how}` });

function fieldsOf(input: unknown, known: string[], how: string): Answer<Record<string, unknown>> {
  if (isNothing(input)) return { ok: true, value: {} };
  if (typeof input !== 'object' || Array.isArray(input)) return refused('this is no answer it knows', how);
  const strange = Object.keys(input).filter((name) => !known.includes(name));
  // A misspelt "keys" would otherwise approve everything.
  if (strange.length > 0) return refused(`it knows no ${JSON.stringify(strange[0]?.slice(0, 40))}`, how);
  return { ok: true, value: input as Record<string, unknown> };
}

function textOf(value: unknown, name: 'by' | 'reason', absent: string, how: string): Answer<string> {
  if (isNothing(value)) return { ok: true, value: absent };
  if (typeof value === 'string' && value.length <= LONGEST[name]) return { ok: true, value };
  return refused(`${name} is a text of at most ${LONGEST[name]} characters`, how);
}
