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

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
const eitherCase = (hex: string): string => hex.replace(/[A-F]/g, (digit) => `[${digit}${digit.toLowerCase()}]`);
const percent = (character: string): string =>
  eitherCase(
    utf8(character)
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );

/** A run of one character in a URL or a form; encoders differ in what they leave as it is, and SQL doubles quotes. */
function encodedRun(run: string): string {
  const [character = ''] = Array.from(run);
  const times = run === character ? '' : `{${run.length}}`;
  const ways = [`(?:${percent(character)})${times}`];
  // A percent sign is never left. Every way begins with another character, so that no text can be read in two ways: a
  // pattern that allowed that would take for ever on a secret of many quotes.
  if (character !== '%') ways.push(escapeRegExp(character) + times);
  if (character === "'") ways.unshift(`'{${2 * run.length}}`);
  if (character === ' ') ways.push('\\+');
  return `(?:${ways.join('|')})`;
}

const mixedRun = (run: string): string =>
  run.startsWith("'") ? encodedRun(run) : Array.from(run, encodedRun).join('');
const encoded = (secret: string): RegExp => new RegExp((secret.match(/'+|[^']+/g) ?? []).map(mixedRun).join(''), 'gu');

const inSql = (text: string): string => text.replaceAll("'", "''");
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** What is looked for, of one secret. */
interface Spellings {
  /** As it is, in SQL, in JSON, in one within the other. The longest first. */
  exact: string[];
  encoded: RegExp;
  /** Of base64 in both alphabets. */
  cores: string[];
}

function spellingsOf(secret: string): Spellings {
  const exact = [secret, inSql(secret), inJson(secret), inJson(inSql(secret)), inSql(inJson(secret))];
  const cores = base64Cores(secret).flatMap((core) => [core, core.replaceAll('+', '-').replaceAll('/', '_')]);
  return {
    exact: [...new Set(exact)].sort((a, b) => b.length - a.length),
    encoded: encoded(secret),
    cores: [...new Set(cores)].filter((core) => core.length >= SHORTEST_SECRET),
  };
}

export interface Scrubber {
  /**
   * Removes secrets from a text: plain, in SQL, in JSON, in a URL or a form, in base64 of both alphabets at any alignment.
   * Longer ones go first, so that one inside another leaves no rest.
   */
  scrub(text: string, secrets: readonly string[]): string;
  /** How many were ever prepared: each once, as long as it is among those in use. */
  readonly prepared: number;
  readonly kept: number;
}

/** Keeps what it prepared for the secrets it met last, at most `most` of them. */
export function createScrubber(most = 5_000): Scrubber {
  const known = new Map<string, Spellings>();
  let prepared = 0;

  function spellings(secret: string): Spellings {
    const there = known.get(secret);
    const found = there ?? spellingsOf(secret);
    if (there === undefined) prepared += 1;
    // Last in the order of the map is what was used last.
    known.delete(secret);
    known.set(secret, found);
    return found;
  }

  return {
    scrub(text, secrets) {
      const all = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST_SECRET);
      const spelled = all.sort((a, b) => b.length - a.length).map(spellings);
      for (const [oldest] of known) {
        if (known.size <= most) break;
        known.delete(oldest);
      }
      let rest = text;
      for (const { exact, encoded } of spelled) {
        for (const spelling of exact) rest = rest.replaceAll(spelling, SCRUBBED);
        // Without these, nothing is encoded that was not found above.
        if (/[%+]/.test(rest)) rest = rest.replace(encoded, SCRUBBED);
      }
      for (const { cores } of spelled) for (const core of cores) rest = rest.replaceAll(core, SCRUBBED);
      return rest;
    },
    get prepared() {
      return prepared;
    },
    get kept() {
      return known.size;
    },
  };
}

/** The one of this process. */
const scrubber = createScrubber();
export const scrub = (text: string, secrets: readonly string[]): string => scrubber.scrub(text, secrets);
