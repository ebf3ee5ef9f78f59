import { parsePipeline, type Problem } from '../../../src/core/spec/parse';
import type { PipelineSpec } from '../../../src/core/spec/types';

/** The smallest file for a Neon project; parts can be replaced as text. */
export const NEON = `name: shop
source:
  kind: neon
  project: shiny-wind-028834
  apiKey: env:N2M_SECRET_NEON_API_KEY
  database: shop
  tables: [public.orders]
materialize:
  url: env:N2M_SECRET_MATERIALIZE_URL
  cluster: { snapshotSize: 200cc, steadySize: 50cc }
`;

export const POSTGRES = `name: shop
source:
  kind: postgres
  url: env:N2M_SECRET_POSTGRES_URL
  database: shop
  tables: [public.orders]
  tls: { mode: require }
materialize:
  url: env:N2M_SECRET_MATERIALIZE_URL
  cluster: { snapshotSize: 200cc, steadySize: 50cc }
`;

export function specOf(text: string): PipelineSpec {
  const result = parsePipeline(text);
  if (!result.ok) throw new Error(JSON.stringify(result.problems, null, 1));
  return result.spec;
}

export function problemsOf(text: string): Problem[] {
  const result = parsePipeline(text);
  if (result.ok) throw new Error('the file was taken');
  return result.problems;
}

/** A file with one line put in its place. */
export function neonWith(line: string, replacement: string): string {
  if (!NEON.includes(line)) throw new Error(`${line} is not in the file`);
  return NEON.replace(line, replacement);
}
