/** Runs of spaces that may hold a line break: each is matched once, so long ones cost no more than their length. */
const SPACES = /[\s\u0085]+/g;
const BREAK = /[\t-\r\u0085\u2028\u2029]/;

/**
 * What a reader does not see and a terminal acts upon: control characters of both sets, marks that turn the direction of
 * text or join it, what has no width, and halves of characters.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]/gu;

const asEscape = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`;

/**
 * Text that came from elsewhere, as it is shown or logged, wherever that is: on one line, with what would not be seen
 * written out. A name cannot draw over what is beside it, turn it round, or say something on a line of its own.
 */
export function shown(text: string): string {
  return text.replace(SPACES, (run) => (BREAK.test(run) ? ' ' : run)).replace(UNSEEN, asEscape);
}

/** The same for every text of a document, keys included. What programs read gets the document as it is. */
export function shownIn<T>(document: T): T {
  return turned(document) as T;
}

function turned(value: unknown): unknown {
  if (typeof value === 'string') return shown(value);
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [shown(key), turned(inner)]));
}
