import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

/** Checks calls against the official OpenAPI file that npm `@neondatabase/api-client` ships. */

interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  allOf?: Schema[];
  oneOf?: Schema[];
}
interface Parameter {
  $ref?: string;
  name: string;
  in: string;
  required?: boolean;
  schema: Schema;
}
interface Content {
  $ref?: string;
  required?: boolean;
  content?: Record<string, { schema: Schema }>;
}
interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: Content;
  responses: Record<string, Content>;
}
type PathItem = Record<string, Operation> & { parameters?: Parameter[] };
interface Document {
  paths: Record<string, PathItem>;
}

const file = join(dirname(dirname(require.resolve('@neondatabase/api-client'))), 'public-v2-for-users.gen.yaml');
const document = parse(readFileSync(file, 'utf8')) as Document;
const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
addFormats(ajv);
ajv.addFormat('uint64', { type: 'number', validate: (value: number) => Number.isInteger(value) && value >= 0 });
ajv.addFormat('int', { type: 'number', validate: (value: number) => Number.isInteger(value) });
ajv.addSchema(document, 'neon');
const compiled = new Map<string, ValidateFunction>();

function at(pointer: string): unknown {
  const steps = pointer.split('/').slice(1);
  const unescape = (step: string): string => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  return steps.reduce<unknown>((node, step) => (node as Record<string, unknown>)[unescape(step)], document);
}

const deref = <T extends { $ref?: string }>(node: T): T => (node.$ref === undefined ? node : (at(node.$ref) as T));

/** The pieces an object may be made of, or null where anything goes. */
function properties(schema: Schema): Record<string, Schema> | null {
  const here = deref(schema);
  if (here.oneOf !== undefined || here.additionalProperties !== undefined) return null;
  const all: Record<string, Schema> = { ...here.properties };
  for (const part of here.allOf ?? []) {
    const more = properties(part);
    if (more === null) return null;
    Object.assign(all, more);
  }
  return all;
}

/** JSON schema lets unknown fields pass, and so would a misspelt one. */
function unknownFields(schema: Schema, value: unknown, path: string): string[] {
  if (Array.isArray(value)) {
    const { items } = deref(schema);
    return items === undefined ? [] : value.flatMap((each, index) => unknownFields(items, each, `${path}/${index}`));
  }
  if (typeof value !== 'object' || value === null) return [];
  const known = properties(schema);
  if (known === null) return [];
  return Object.entries(value).flatMap(([name, each]) => {
    const field = known[name];
    return field === undefined
      ? [`${path}/${name} is not in the specification`]
      : unknownFields(field, each, `${path}/${name}`);
  });
}

function violations(schema: Schema, value: unknown, what: string): string[] {
  const key = JSON.stringify(schema);
  const absolute = JSON.parse(key.replaceAll('"#/', '"neon#/')) as object;
  const validate = compiled.get(key) ?? ajv.compile(absolute);
  compiled.set(key, validate);
  if (!validate(value))
    return (validate.errors ?? []).map((e) => `${what}${e.instancePath}: ${e.message ?? e.keyword}`);
  return unknownFields(schema, value, what);
}

/** A call found in the specification, with its path parameters still encoded. */
export interface KnownCall {
  operationId: string;
  operation: Operation;
  parameters: Parameter[];
  pathValues: Record<string, string>;
}

/** Finds the call; `path` is without the /api/v2 and without the query. Null when the specification has no such call. */
export function findCall(method: string, path: string): KnownCall | null {
  const given = path.split('/');
  for (const [template, item] of Object.entries(document.paths)) {
    const wanted = template.split('/');
    if (wanted.length !== given.length) continue;
    const pathValues: Record<string, string> = {};
    const fits = wanted.every((part, index) => {
      const name = /^\{(.+)\}$/.exec(part)?.[1];
      if (name !== undefined) pathValues[name] = given[index] ?? '';
      return name !== undefined ? given[index] !== '' : part === given[index];
    });
    const operation = item[method.toLowerCase()];
    if (!fits || operation === undefined) continue;
    const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(deref);
    return { operationId: operation.operationId, operation, parameters, pathValues };
  }
  return null;
}

/** A text from the URL as the value its schema speaks of. */
function fromText(schema: Schema, text: string): unknown {
  const { type } = deref(schema);
  if ((type === 'integer' || type === 'number') && text.trim() !== '') return Number(text);
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

/** What is wrong with a request; `body` is undefined when there is none. */
export function checkRequest(call: KnownCall, query: URLSearchParams, body: unknown): string[] {
  const found: string[] = [];
  for (const parameter of call.parameters) {
    const inPath = parameter.in === 'path';
    if (!inPath && parameter.in !== 'query') continue;
    const raw = inPath ? call.pathValues[parameter.name] : (query.get(parameter.name) ?? undefined);
    const what = `${parameter.in} parameter ${parameter.name}`;
    if (raw === undefined) {
      if (parameter.required) found.push(`${what} is missing`);
      continue;
    }
    const text = inPath ? decodeURIComponent(raw) : raw;
    found.push(...violations(parameter.schema, fromText(parameter.schema, text), what));
  }
  for (const name of query.keys()) {
    const known = call.parameters.some((parameter) => parameter.in === 'query' && parameter.name === name);
    if (!known) found.push(`query parameter ${name} is not in the specification`);
  }
  const expected = call.operation.requestBody;
  if (expected === undefined) return body === undefined ? found : [...found, 'a body where none is expected'];
  const schema = deref(expected).content?.['application/json']?.schema;
  if (body === undefined) return deref(expected).required ? [...found, 'the body is missing'] : found;
  return schema === undefined ? found : [...found, ...violations(schema, body, 'request')];
}

const GENERAL_ERROR: Schema = { $ref: '#/components/schemas/GeneralError' };

/** What is wrong with an answer; `body` is undefined when there is none. */
export function checkResponse(call: KnownCall, status: number, body: unknown): string[] {
  const own = call.operation.responses[String(status)];
  if (own === undefined && status < 400) return [`status ${status} is not in the specification`];
  const content = own === undefined ? undefined : deref(own).content;
  // reveal_password names GeneralError, a schema, where a response belongs.
  if (own === undefined || own.$ref === GENERAL_ERROR.$ref) return violations(GENERAL_ERROR, body, 'answer');
  if (content === undefined) return body === undefined ? [] : [`a body with status ${status}`];
  const schema = content['application/json']?.schema;
  return schema === undefined ? ['an answer of unknown type'] : violations(schema, body, 'answer');
}
