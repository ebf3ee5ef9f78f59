import { MzError } from '../contract';
import type { DdlContext } from '../environment';

const LIMITS = {
  cluster: {
    setting: 'max_clusters',
    default: 25,
    count: `SELECT count(*) FROM mz_catalog.mz_clusters WHERE id LIKE 'u%'`,
  },
  source: {
    setting: 'max_sources',
    default: 200,
    count: `SELECT count(*) FROM mz_catalog.mz_sources WHERE type = 'subsource' AND id LIKE 'u%'`,
  },
  table: {
    setting: 'max_tables',
    default: 200,
    // Not by the view, which makes out every table's privileges.
    count: `SELECT count(*) FROM mz_store.items WHERE type = 'table' AND id LIKE 'u%'`,
  },
  secret: {
    setting: 'max_secrets',
    default: 100,
    count: `SELECT count(*) FROM mz_catalog.mz_secrets WHERE id LIKE 'u%'`,
  },
};

/** Refuses with 53000 when `more` objects of this kind would exceed the region's limit. A source counts by its tables. */
export async function requireWithin(context: DdlContext, kind: keyof typeof LIMITS, more: number): Promise<void> {
  const limit = LIMITS[kind];
  const set = context.environment.system()[limit.setting];
  const allowed = set === undefined ? limit.default : Number(set);
  const { rows } = await context.environment.store.query<{ count: string }>(limit.count);
  const current = Number(rows[0]?.count ?? 0);
  if (current + more <= allowed) return;
  const numbers = `desired: ${current + more}, limit: ${allowed}, current: ${current}`;
  throw new MzError('53000', `creating ${kind} would violate ${limit.setting} limit (${numbers})`, {
    hint: `Drop an existing ${kind} or contact support to request a limit increase.`,
  });
}
