import type { ManagedServer } from '../../core/plan/facts';

/** What only one operator's servers have: settings they show everybody, roles they make in each cluster. */
const MARKS: readonly { server: ManagedServer; settings: readonly string[]; roles: readonly string[] }[] = [
  { server: 'neon', settings: ['neon.timeline_id', 'neon.tenant_id'], roles: ['neon_superuser'] },
  { server: 'rds', settings: ['rds.logical_replication', 'rds.extensions'], roles: ['rds_superuser'] },
  { server: 'alloydb', settings: ['alloydb.logical_decoding'], roles: ['alloydbsuperuser'] },
  { server: 'cloud-sql', settings: ['cloudsql.logical_decoding'], roles: ['cloudsqlsuperuser'] },
  { server: 'azure', settings: ['azure.extensions'], roles: ['azure_pg_admin'] },
  { server: 'supabase', settings: [], roles: ['supabase_admin'] },
];

/** Aurora has the marks of RDS, and functions of its own. */
export const AURORA_FUNCTION = 'aurora_version';

const literals = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

/** An expression: the names of those marks that the server has, as text[]. */
export const MARKS_FOUND = `ARRAY(
  SELECT s.name FROM pg_catalog.pg_settings s WHERE s.name IN (${literals(MARKS.flatMap(({ settings }) => settings))})
  UNION ALL
  SELECT r.rolname::text FROM pg_catalog.pg_roles r WHERE r.rolname IN (${literals(MARKS.flatMap(({ roles }) => roles))})
  UNION ALL
  SELECT p.proname::text FROM pg_catalog.pg_proc p
  WHERE p.proname = '${AURORA_FUNCTION}' AND p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace)`;

/** Who runs the server, by its marks. */
export function managedServer(found: readonly string[]): ManagedServer | null {
  if (found.includes(AURORA_FUNCTION)) return 'aurora';
  const has = (name: string): boolean => found.includes(name);
  return MARKS.find(({ settings, roles }) => settings.some(has) || roles.some(has))?.server ?? null;
}
