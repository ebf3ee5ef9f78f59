import { base64, utf8 } from '../base64';

export const SCRUBBED = '[secret]';

/** Shorter secrets would blank out ordinary words; the worker refuses to hand out anything shorter. */
export const SHORTEST_SECRET = 4;

/**
 * What of a secret's base64 text shows when it sits inside a longer text at byte offset 0, 1 or 2: the characters that
 * depend on the secret's bytes alone.
 */
function base64Cores(secret: string): string[] {
  const bytes = utf8(secret);
  return [0, 1, 2].map((offset) => {
    const text = base64([...new Array<number>(offset).fill(0), ...bytes]);
    const start = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    return text.slice(start, end);
  });
}

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
const eitherCase = (hex: string): string => hex.replace(/[A-F]/g, (digit) => `[${digit}${digit.toLowerCase()}]`);

/** One character as it is, or as SQL, JSON, a form or any kind of URL encoding (they differ in what they leave) writes it. */
function spelled(character: string): string {
  const percent = utf8(character).map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`);
  const plain = [character, JSON.stringify(character).slice(1, -1)];
  if (character === "'") plain.unshift("''");
  if (character === ' ') plain.push('+');
  return `(?:${[...new Set(plain)].map(escapeRegExp).join('|')}|${eitherCase(percent.join(''))})`;
}

const anySpelling = (secret: string): RegExp => new RegExp([...secret].map(spelled).join(''), 'g');

/**
 * Removes secrets from a text: plain, in SQL, in JSON, in a URL or a form, in base64 of both alphabets at any
 * alignment. Longer ones go first, so that one inside another leaves no rest.
 */
export function scrub(text: string, secrets: readonly string[]): string {
  const all = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST_SECRET);
  all.sort((a, b) => b.length - a.length);
  const plain = all.reduce((rest, secret) => rest.replace(anySpelling(secret), SCRUBBED), text);
  const cores = all.flatMap(base64Cores).flatMap((core) => [core, core.replaceAll('+', '-').replaceAll('/', '_')]);
  return cores
    .filter((core) => core.length >= SHORTEST_SECRET)
    .reduce((rest, core) => rest.replaceAll(core, SCRUBBED), plain);
}
