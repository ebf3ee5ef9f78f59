import { parsePipeline } from '../../../src/core/spec/parse';
import type { PipelineSpec } from '../../../src/core/spec/types';

/** A pipeline file that is fine; `name` and the rest of the tables may differ. */
export const pipelineFile = (name: string, tables = '[public.orders, public.customers]'): string => `
name: ${name}
source:
  kind: neon
  project: shiny-wind-028834
  apiKey: env:N2M_SECRET_NEON_API_KEY
  database: shop
  tables: ${tables}
materialize:
  url: env:N2M_SECRET_MATERIALIZE_URL
  cluster: { snapshotSize: 200cc, steadySize: 50cc }
`;

export function specOf(name: string): PipelineSpec {
  const result = parsePipeline(pipelineFile(name));
  if (!result.ok) throw new Error('the file of this test is wrong');
  return result.spec;
}
