import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import { parse } from 'yaml';
import { pipelineJsonSchema } from '../../../src/core/spec/json-schema';
import { NEON, POSTGRES, neonWith } from './support';

const PUBLISHED = join(__dirname, '../../../pipeline.schema.json');
const schema = JSON.parse(readFileSync(PUBLISHED, 'utf8')) as Record<string, unknown>;
const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(schema);

describe('pipeline.schema.json', () => {
  it('is what npm run generate writes', () => {
    expect(schema).toEqual(JSON.parse(JSON.stringify(pipelineJsonSchema())));
  });

  it.each([
    ['neon', NEON],
    ['postgres', POSTGRES],
    ['schemas', neonWith('tables: [public.orders]', 'schemas: [public]')],
    [
      'alerts',
      `${NEON}alerts: [{ webhook: env:N2M_SECRET_A }]\nwatch: { every: 1m, retainedWal: { warn: 70%, critical: 85% } }\n`,
    ],
  ])('takes a file that is fine: %s', (_, text) => {
    validate(parse(text));
    expect(validate.errors).toBeNull();
  });

  it.each([
    ['unknown keys', `${NEON}nmae: x\n`],
    ['missing keys', neonWith('  database: shop\n', '')],
    ['literal secrets', neonWith('env:N2M_SECRET_NEON_API_KEY', 'napi_abcdefgh')],
    ['two selections', neonWith('database: shop', 'database: shop\n  all: true')],
    ['no duration', `${NEON}watch: { every: soon }\n`],
    ['an alert without sink', `${NEON}alerts: [{}]\n`],
  ])('refuses %s', (_, text) => {
    expect(validate(parse(text))).toBe(false);
  });

  it('describes every key', () => {
    const bare: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { properties, ...rest } = node as {
        properties?: Record<string, { description?: string; const?: unknown }>;
      };
      for (const [key, child] of Object.entries(properties ?? {})) {
        if (child.description === undefined && child.const === undefined) bare.push(`${path}.${key}`);
        walk(child, `${path}.${key}`);
      }
      for (const [key, child] of Object.entries(rest))
        walk(child, key === 'oneOf' || key === 'items' ? path : `${path}`);
    };
    walk(schema, '');
    expect(bare).toEqual([]);
  });
});
