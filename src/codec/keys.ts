import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** One AES-256 key. The id travels in clear beside what it encrypted. */
export interface CodecKey {
  id: string;
  key: Buffer;
  /** As the owner wrote it, so that logs can be scrubbed of it. */
  text: string;
  /** Where it was read, `env:NAME` or `file:NAME`, so that no file gets it by that name. */
  ref: string;
}

/** What is wrong with the keys, and what to do about it. Never holds a key. */
export class CodecError extends Error {
  override name = 'CodecError';

  constructor(
    message: string,
    readonly next: string,
  ) {
    super(`${message}; next: ${next}`);
    this.summary = message;
  }

  /** The message without the next step. */
  readonly summary: string;

  /** One that another process met and Temporal carried here as text; null for any other text. */
  static fromText(text: string): CodecError | null {
    const [, summary, next] = /^(.*N2M_CODEC_KEYS.*); next: (.*)$/s.exec(text) ?? [];
    return summary !== undefined && next !== undefined ? new CodecError(summary, next) : null;
  }
}

const ENTRY = /^([A-Za-z0-9_.-]{1,64})=(env|file):([A-Za-z0-9_][A-Za-z0-9_.-]*)$/;
const MAKE_A_KEY = 'make one: openssl rand -base64 32';

/**
 * N2M_CODEC_KEYS, e.g. `k2=env:N2M_SECRET_K2,k1=env:N2M_SECRET_K1`: the first key encrypts, all of them decrypt.
 * Unset: no keys. Throws CodecError.
 */
export function codecKeys(env: Env): CodecKey[] {
  const entries = (env.N2M_CODEC_KEYS ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
  const keys = entries.map((entry, index) => {
    const [, id, kind, name] = ENTRY.exec(entry) ?? [];
    if (id === undefined || name === undefined) {
      // The entry may be a key pasted in place of a reference: the text must not repeat it.
      throw new CodecError(
        `entry ${index + 1} of N2M_CODEC_KEYS is no id=env:NAME or id=file:NAME`,
        'set N2M_CODEC_KEYS=k1=env:N2M_SECRET_CODEC_K1, and that variable to 32 random bytes in base64',
      );
    }
    const text = (kind === 'env' ? env[name] : fromFile(env, name))?.trim() ?? '';
    if (text === '') {
      throw new CodecError(`codec key ${id} has no value: ${kind}:${name} cannot be read or is empty`, MAKE_A_KEY);
    }
    const key = Buffer.from(text, 'base64');
    if (key.length !== 32)
      throw new CodecError(`codec key ${id} (${kind}:${name}) is not 32 bytes in base64`, MAKE_A_KEY);
    return { id, key, text, ref: `${kind}:${name}` };
  });
  const twice = keys.find(({ id }, index) => keys.findIndex((other) => other.id === id) !== index);
  if (twice) throw new CodecError(`N2M_CODEC_KEYS names key ${twice.id} twice`, 'give every key an id of its own');
  return keys;
}

const TOKEN = /^[A-Za-z0-9._~-]{20,}$/;
const MAKE_A_TOKEN = 'make one: openssl rand -hex 32';

/** What N2M_CODEC_TOKEN refers to, `env:NAME` or `file:NAME`; null: unset, no token. Throws CodecError. */
export function codecToken(env: Env): string | null {
  const reference = env.N2M_CODEC_TOKEN?.trim() ?? '';
  if (reference === '') return null;
  const [, kind, name = ''] = /^(env|file):([A-Za-z0-9_][A-Za-z0-9_.-]*)$/.exec(reference) ?? [];
  if (kind === undefined) {
    // It may be the token itself: the text must not repeat it.
    const next = 'set N2M_CODEC_TOKEN=env:CODEC_TOKEN, and that variable to the token';
    throw new CodecError('N2M_CODEC_TOKEN is no env:NAME or file:NAME', next);
  }
  const token = (kind === 'env' ? env[name] : fromFile(env, name))?.trim() ?? '';
  if (token === '') throw new CodecError(`${reference} of N2M_CODEC_TOKEN cannot be read or is empty`, MAKE_A_TOKEN);
  if (!TOKEN.test(token)) {
    const what = 'is shorter than 20 characters, or has others than letters, digits and . _ ~ -';
    throw new CodecError(`${reference} of N2M_CODEC_TOKEN ${what}`, MAKE_A_TOKEN);
  }
  return token;
}

function fromFile(env: Env, name: string): string | undefined {
  if (!env.N2M_SECRETS_DIR || name.includes('..')) return undefined;
  try {
    return readFileSync(join(env.N2M_SECRETS_DIR, name), 'utf8');
  } catch {
    return undefined;
  }
}
