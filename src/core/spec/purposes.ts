/** What a file may want a secret for. */
export type SecretPurpose =
  'api-key' | 'postgres-url' | 'materialize-url' | 'web-url' | 'signing-key' | 'role-password';

const POSTGRES = /^postgres(ql)?:\/\//i;
const WEB = /^https?:\/\//i;
const ANY_URL = /^[a-z][a-z0-9+.-]*:\/\//i;
/** Neon API keys and Materialize app passwords: they open more than a database role. */
const KEY = /^(napi_|mzp_)\w/;

const APP_PASSWORD = /^[a-z]+:\/\/[^/@]*:mzp_/i;

const WORDS: Record<SecretPurpose, string> = {
  'api-key': 'a Neon API key',
  'postgres-url': 'the connection URL of a Postgres',
  'materialize-url': 'the connection URL of Materialize',
  'web-url': 'the URL of a webhook or ping',
  'signing-key': 'a signing key',
  'role-password': "a role's password",
};

/**
 * Why a value cannot serve this purpose, by its shape; null where it may. Whoever can start a workflow can name any
 * reference in any place, and each place sends it somewhere else. Never repeats the value.
 */
export function purposeProblem(value: string, purpose: SecretPurpose): { why: string; hint: string } | null {
  if (fits(value, purpose)) return null;
  const what = WORDS[purpose];
  return { why: `its value does not look like ${what}`, hint: `name a reference that holds ${what}` };
}

function fits(value: string, purpose: SecretPurpose): boolean {
  switch (purpose) {
    case 'postgres-url':
      return POSTGRES.test(value) && !APP_PASSWORD.test(value);
    case 'materialize-url':
      return POSTGRES.test(value);
    case 'web-url':
      return WEB.test(value);
    case 'api-key':
      return !ANY_URL.test(value) && !value.startsWith('mzp_') && !isPrivateKey(value);
    case 'signing-key':
    case 'role-password':
      return !ANY_URL.test(value) && !KEY.test(value) && !isPrivateKey(value);
  }
}

const isPrivateKey = (value: string): boolean => value.startsWith('-----BEGIN');
