import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SHORTEST_SECRET } from '../core/failures/scrub';
import type { SecretPurpose } from '../core/spec/purposes';
import { purposeProblem } from '../core/spec/purposes';
import type { SecretRef } from '../core/spec/types';
import { systemError } from './errors';
import { createRemembered } from './remembered';

export interface SecretsConfig {
  env: Readonly<Record<string, string | undefined>>;
  /** Names outside the prefix that may be handed out all the same. */
  allow: readonly string[];
  /** Folder of `file:` references; null: there are none. */
  directory: string | null;
  /** The worker's own, handed out to nobody and always kept out of texts: what N2M_CODEC_KEYS refers to. By reference, and by value under any other name. */
  withheld?: { refs: readonly string[]; values: readonly string[] };
}

export interface Secrets {
  /**
   * The value behind a reference, for this purpose alone: one kind of secret is not handed out as another. Fails with
   * SecretNotAllowed or SecretMissing; the text names only the reference.
   */
  resolve(ref: SecretRef, purpose: SecretPurpose): Promise<string>;
  /** Takes note of a secret that came from elsewhere (a password read from an API), so that it is scrubbed, too. */
  remember(value: string): void;
  /** What was handed out and remembered last, with the passwords inside of URLs, to scrub texts with. */
  known(): string[];
}

export const SECRET_PREFIX = 'N2M_SECRET_';
const PLAIN_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

const notAllowed = (ref: string, why: string, hint: string) =>
  systemError('SecretNotAllowed', 'worker', `${ref} is not handed out: ${why}`, { hint });

const missing = (ref: string, why: string, hint: string) =>
  systemError('SecretMissing', 'worker', `${ref} has no value: ${why}`, { hint });

const OWN = ["it is a key of this worker's own codec", 'give N2M_CODEC_KEYS a variable that no file needs'] as const;

/** The password inside a URL is a secret by itself: drivers and servers name it alone. */
function passwordOf(value: string): string | null {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(value) || !URL.canParse(value)) return null;
  const { password } = new URL(value);
  if (password === '') return null;
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}

/**
 * Hands out secrets by reference, and only those the worker's owner allowed: whoever can start a workflow can name any
 * reference, and must not reach the worker's other secrets with it.
 */
export function createSecrets(config: SecretsConfig): Secrets {
  const withheld = config.withheld ?? { refs: [], values: [] };
  const seen = createRemembered(withheld.values);
  const withPassword = (value: string): string[] => [value, passwordOf(value) ?? ''];

  function known(): string[] {
    const all = seen.all().flatMap(withPassword);
    return [...new Set(all)].filter((value) => value.length >= SHORTEST_SECRET);
  }

  function fromEnv(ref: string, name: string): string {
    if (!name.startsWith(SECRET_PREFIX) && !config.allow.includes(name)) {
      const hint = `use a name that starts with ${SECRET_PREFIX}, or list ${name} in N2M_SECRETS_ALLOW of the worker`;
      throw notAllowed(ref, 'its name is not allowed on this worker', hint);
    }
    const value = config.env[name] ?? '';
    if (value === '')
      throw missing(ref, 'the variable is not set', `set ${name} where the worker runs, and restart it`);
    return value;
  }

  async function fromFile(ref: string, name: string): Promise<string> {
    if (config.directory === null) throw notAllowed(ref, 'this worker has no folder of secrets', 'set N2M_SECRETS_DIR');
    if (!PLAIN_NAME.test(name) || name.includes('..')) {
      throw notAllowed(ref, 'only plain file names are allowed', 'put the file into N2M_SECRETS_DIR of the worker');
    }
    const value = await readFile(join(config.directory, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw missing(ref, `its file cannot be read (${error.code ?? 'error'})`, `put ${name} into N2M_SECRETS_DIR`);
    });
    const text = value.replace(/\r?\n$/, '');
    if (text === '') throw missing(ref, 'its file is empty', `write the value into ${name} in N2M_SECRETS_DIR`);
    return text;
  }

  return {
    async resolve(ref, purpose) {
      const kind = ref.slice(0, ref.indexOf(':') + 1);
      const name = ref.slice(kind.length);
      if (kind !== 'env:' && kind !== 'file:') {
        // A value pasted in place of a reference: the text must not repeat it.
        throw notAllowed('a reference of an unknown kind', 'it starts with neither env: nor file:', 'use env:NAME');
      }
      if (withheld.refs.includes(ref)) throw notAllowed(ref, ...OWN);
      const value = kind === 'env:' ? fromEnv(ref, name) : await fromFile(ref, name);
      if (withheld.values.includes(value.trim())) throw notAllowed(ref, ...OWN);
      if (value.length < SHORTEST_SECRET) {
        const hint = `use a value of at least ${SHORTEST_SECRET} characters`;
        throw notAllowed(ref, 'its value is too short to be kept out of logs', hint);
      }
      const problem = purposeProblem(value, purpose);
      if (problem !== null) throw notAllowed(ref, problem.why, problem.hint);
      seen.handedOut(ref, value);
      return value;
    },
    remember: (value) => seen.met(value),
    known,
  };
}
