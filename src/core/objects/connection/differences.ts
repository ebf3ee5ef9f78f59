import type { SourceFacts } from '../../plan/facts';
import type { PipelineSpec } from '../../spec/types';
import type { ConnectionFacts } from './facts';

/** What differs between the connection there is and the one the file asks for, as `host: a → b`. */
export function connectionDifferences(
  spec: PipelineSpec,
  source: Pick<SourceFacts, 'host' | 'port'>,
  connection: ConnectionFacts,
): string[] {
  const { tls, database, role } = spec.source;
  const { materialize } = spec;
  const secret = `${materialize.database}.${materialize.schema}.${materialize.names.secret}`;
  const differences: string[] = [];
  const compare = (what: string, is: string, wanted: string) => {
    if (is !== wanted) differences.push(`${what}: ${is} → ${wanted}`);
  };
  compare('host', connection.host.toLowerCase(), source.host.toLowerCase());
  compare('port', String(connection.port), String(source.port));
  compare('database', connection.database, database);
  compare('user', connection.user, role.name);
  compare('password', bare(connection.passwordSecret ?? 'none'), secret);
  compare('SSL mode', sslMode(connection.sslMode), tls.mode);
  const verified = tls.mode === 'verify-full' || tls.mode === 'verify-ca';
  if (verified && connection.certificateAuthority === null) differences.push('certificate authority: none → one');
  if (verified && tls.ca !== null && connection.certificateAuthority !== null) {
    if (packed(tls.ca) !== packed(connection.certificateAuthority)) differences.push('certificate authority: another');
  }
  return differences;
}

/** Those of them that say who gets which password. */
export const loginDifferences = (...look: Parameters<typeof connectionDifferences>): string[] =>
  connectionDifferences(...look).filter((difference) => /^(host|port|database|user|password): /.test(difference));

/** Catalogs print names with quotes where needed: `"materialize"."shop"."shop_password"`. */
const bare = (name: string): string => name.replaceAll('"', '');

/** Materialize takes and prints several spellings: `verify_full`, `required`. */
export function sslMode(text: string): string {
  const mode = text.toLowerCase().replaceAll('_', '-');
  return mode === 'required' ? 'require' : mode === '' ? 'disable' : mode;
}

const packed = (pem: string): string => pem.replaceAll(/\s/g, '');
