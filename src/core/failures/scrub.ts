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

const percentEncoded = (secret: string): string =>
  utf8(secret)
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9\-_.~]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

/** Every spelling in which a secret could come back: plain, in SQL, in JSON, in a URL, in base64 at any alignment. */
export function spellings(secret: string): string[] {
  const percent = percentEncoded(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const cores = base64Cores(secret);
  const urlSafe = cores.map((core) => core.replaceAll('+', '-').replaceAll('/', '_'));
  const all = [
    secret,
    secret.replaceAll("'", "''"),
    json,
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
    percent.replaceAll('%20', '+'),
    ...cores,
    ...urlSafe,
  ];
  return [...new Set(all)].filter((text) => text.length >= SHORTEST_SECRET);
}

/** Removes secrets from a text, in every spelling. Longer ones go first, so that one inside another leaves no rest. */
export function scrub(text: string, secrets: readonly string[]): string {
  const all = secrets.filter((secret) => secret.length >= SHORTEST_SECRET).flatMap(spellings);
  all.sort((a, b) => b.length - a.length);
  return all.reduce((rest, spelling) => rest.replaceAll(spelling, SCRUBBED), text);
}
