import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';

/** The calls n2m makes, by path: everything else of the official specification is left out. */
const CALLS: Record<string, string[]> = {
  '/users/me/organizations': ['get'],
  '/projects': ['get'],
  '/projects/{project_id}': ['get', 'patch'],
  '/projects/{project_id}/endpoints': ['get'],
  '/projects/{project_id}/branches': ['get'],
  '/projects/{project_id}/branches/{branch_id}': ['get'],
  '/projects/{project_id}/branches/{branch_id}/endpoints': ['get'],
  '/projects/{project_id}/branches/{branch_id}/databases': ['get'],
  '/projects/{project_id}/branches/{branch_id}/roles': ['get', 'post'],
  '/projects/{project_id}/branches/{branch_id}/roles/{role_name}': ['get', 'delete'],
  '/projects/{project_id}/branches/{branch_id}/roles/{role_name}/reveal_password': ['get'],
  '/projects/{project_id}/branches/{branch_id}/roles/{role_name}/reset_password': ['post'],
  '/projects/{project_id}/operations': ['get'],
  '/projects/{project_id}/operations/{operation_id}': ['get'],
  '/projects/{project_id}/connection_uri': ['get'],
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

/** Every `#/components/…` a part of the document points to. */
function references(value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  );
}

/** Prose would be most of the result; the specification has it. A property may be called `description`, too. */
function withoutProse(value: Json, isPropertyMap = false): Json {
  if (Array.isArray(value)) return value.map((inner) => withoutProse(inner));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([key, inner]) => isPropertyMap || isObject(inner) || !['description', 'summary', 'title'].includes(key),
  );
  return Object.fromEntries(
    kept
      .filter(([key]) => isPropertyMap || !['example', 'examples', 'x-tag-expanded'].includes(key))
      .map(([key, inner]) => [key, withoutProse(inner, !isPropertyMap && key === 'properties')]),
  );
}

function prune(document: JsonObject): JsonObject {
  const all = asObject(document['paths']);
  const paths = Object.fromEntries(
    Object.entries(CALLS).map(([path, methods]) => {
      const entry = asObject(all[path]);
      const absent = methods.filter((method) => entry[method] === undefined);
      if (absent.length > 0) throw new Error(`the specification has no ${absent.join(', ')} ${path}`);
      return [
        path,
        Object.fromEntries(Object.entries(entry).filter(([key]) => key === 'parameters' || methods.includes(key))),
      ];
    }),
  );
  const components = asObject(document['components']);
  const kept: Record<string, JsonObject> = {};
  const open = references(paths);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [, , section, name] = next.split('/');
    if (section === undefined || name === undefined || kept[section]?.[name] !== undefined) continue;
    const found = asObject(components[section])[name];
    if (found === undefined) throw new Error(`the specification has no ${next}`);
    (kept[section] ??= {})[name] = found;
    open.push(...references(found));
  }
  const sorted = Object.fromEntries(
    Object.entries(kept).map(([section, entries]) => [section, Object.fromEntries(Object.entries(entries).sort())]),
  );
  return asObject(
    withoutProse({ openapi: document['openapi'] ?? '3.0.3', info: document['info'] ?? {}, paths, components: sorted }),
  );
}

export const NEON_TYPES = join(__dirname, '..', 'src', 'systems', 'neon', 'api.generated.ts');

/** TypeScript types of the Neon API calls n2m makes, from the specification npm `@neondatabase/api-client` ships. */
export async function neonTypes(): Promise<string> {
  const file = require.resolve('@neondatabase/api-client/public-v2-for-users.gen.yaml');
  const document = prune(parse(readFileSync(file, 'utf8'), { maxAliasCount: -1 }) as JsonObject);
  const nodes = await openapiTS(JSON.stringify(document), { alphabetize: true, silent: true });
  const text = `/* Made by \`npm run generate\` from Neon's OpenAPI file; do not edit. */\n\n${astToString(nodes)}`;
  return format(text, { ...(await resolveConfig(NEON_TYPES)), parser: 'typescript' });
}
