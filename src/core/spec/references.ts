import type { SecretRef } from './types';

export const REFERENCE_PATTERN = '^(env:[A-Za-z_][A-Za-z0-9_]*|file:[A-Za-z0-9_][A-Za-z0-9._-]*)$';

const reference = new RegExp(REFERENCE_PATTERN);

export function isReference(text: string): text is SecretRef {
  return reference.test(text);
}

/**
 * What to say about something that is no reference. The value itself is never repeated: it is most likely the secret,
 * and messages end in terminals, logs and CI output.
 */
export function referenceProblem(text: string, suggestion: string): string {
  const way = `write env:${suggestion} and set ${suggestion} on the worker, or file:name for a file in the worker's N2M_SECRETS_DIR`;
  if (/^\$\{?\w+\}?$/.test(text)) return `the file is not expanded by a shell: ${way}`;
  if (text.startsWith('env:')) return `env: takes the name of one environment variable: ${way}`;
  if (text.startsWith('file:')) {
    return `file: takes a plain name below the worker's N2M_SECRETS_DIR, without folders: ${way}`;
  }
  return `must be a reference, never the value: ${way}. If this file was shared, change the secret`;
}

/** A URL up to where its password begins. */
const USER_OF_URL = /[a-z0-9+.-]:\/\/[^\s/:@]*:(?!@)/i;
const KEYWORD_PASSWORD = /\bpassword\s*=\s*\S/i;
/** Tokens whose form gives them away: Neon API keys and passwords, Materialize app passwords, Slack webhooks, PEM keys. */
const TOKEN = /\b(napi_|npg_|mzp_)\w{8,}|hooks\.slack\.com\/services\/\w|-----BEGIN [A-Z ]*PRIVATE KEY/;

/** Whether a word is or holds a URL with a password. Two looks, as one pattern for both tries again from every place. */
function hasPassword(word: string): boolean {
  const found = USER_OF_URL.exec(word);
  return found !== null && word.lastIndexOf('@') > found.index + found[0].length;
}

/** True for text that carries a secret wherever it stands. */
export function carriesSecret(text: string): boolean {
  return text.split(/\s+/).some(hasPassword) || KEYWORD_PASSWORD.test(text) || TOKEN.test(text);
}
