import { z } from 'zod';
import { MATERIALIZE_NAME_BYTES, POSTGRES_NAME_BYTES, PIPELINE_NAME_LENGTH, isPipelineName } from '../names';
import { utf8Length } from '../text/bytes';
import { DURATION_PATTERN, parseDuration, writeDuration } from '../text/duration';
import { PERCENTAGE_PATTERN, parsePercentage } from '../text/share';
import { SIZE_PATTERN, parseSize } from '../text/size';
import { isLiteral, literalOf, parseGlob, parseTablePattern, type Glob } from './globs';
import { hasControl, parseColumn, parseConstraint, parseTable } from './identifiers';
import { REFERENCE_PATTERN, carriesSecret, isReference, referenceProblem } from './references';

/** Text with one check of its own; `meta` goes into the JSON Schema as it is. */
function text(problemOf: (value: string) => string | null, meta: Record<string, unknown>): z.ZodString {
  return z
    .string()
    .check((context) => {
      const message = problemOf(context.value);
      if (message !== null) context.issues.push({ code: 'custom', message, input: context.value });
    })
    .meta(meta);
}

/** Never repeats what may be a secret. */
export const LITERAL_SECRET =
  'carries a password or key: the file takes references only. Write env:N2M_SECRET_… where a secret belongs, and change this one if the file was shared';

function plainProblem(value: string): string | null {
  if (carriesSecret(value)) return LITERAL_SECRET;
  if (value.trim() === '') return 'is empty';
  if (hasControl(value)) return 'has control characters or line breaks';
  return null;
}

/** A name both sides take as it is, quoted where needed. */
function name(limit: number, system: string, reserved: (name: string) => string | null, description: string) {
  return text(
    (value) => {
      const plain = plainProblem(value);
      if (plain !== null) return plain;
      const bytes = utf8Length(value);
      if (bytes > limit) return `is ${bytes} bytes long; ${system} takes ${limit}`;
      return reserved(value);
    },
    { description, minLength: 1 },
  );
}

const free = (): null => null;
const reservedByMaterialize = (value: string): string | null =>
  /^(mz|pg)_/.test(value) || value === 'information_schema'
    ? `${value} is reserved: names starting with mz_ or pg_ belong to Materialize`
    : null;

/** Neon's list of reserved role names; plain Postgres reserves pg_, public and none itself. */
const RESERVED_ROLES = ['neon_superuser', 'cloud_admin', 'zenith_admin', 'public', 'none'];
const reservedRole = (value: string): string | null =>
  value.startsWith('pg_') || RESERVED_ROLES.includes(value)
    ? `${value} is a reserved role; name one of its own for Materialize, for example materialize`
    : null;

export const upstreamName = (description: string) => name(POSTGRES_NAME_BYTES, 'Postgres', free, description);
export const roleName = (description: string) => name(POSTGRES_NAME_BYTES, 'Postgres', reservedRole, description);
export const objectName = (description: string) => name(MATERIALIZE_NAME_BYTES, 'Materialize', free, description);
export const globalName = (description: string) =>
  name(MATERIALIZE_NAME_BYTES, 'Materialize', reservedByMaterialize, description);

export const plainText = (description: string) => text(plainProblem, { description, minLength: 1 });

export const pipelineName = text(
  (value) => {
    if (carriesSecret(value)) return LITERAL_SECRET;
    if (value.length > PIPELINE_NAME_LENGTH) {
      return `is ${value.length} characters long; at most ${PIPELINE_NAME_LENGTH}, so that derived names fit Postgres`;
    }
    if (isPipelineName(value)) return null;
    return 'takes lower-case letters, digits, - and _, starts with a letter and ends with a letter or digit, for example shop';
  },
  {
    description: "The pipeline's name. Every object's name is derived from it.",
    pattern: '^[a-z]([a-z0-9_-]*[a-z0-9])?$',
    maxLength: PIPELINE_NAME_LENGTH,
  },
);

/** `suggestion` is the environment variable a message proposes. */
export function secretReference(suggestion: string, description: string): z.ZodString {
  return text((value) => (isReference(value) ? null : referenceProblem(value, suggestion)), {
    description: `${description} A reference (env:NAME or file:NAME), resolved on the worker; never the value itself.`,
    pattern: REFERENCE_PATTERN,
  });
}

export function duration(description: string, least = 1): z.ZodString {
  return text(
    (value) => {
      const ms = parseDuration(value);
      if (ms === null) return 'is no duration; write a number with ms, s, m, h or d, for example 90s or 24h';
      return ms < least ? `is too short; at least ${writeDuration(least)}` : null;
    },
    { description, pattern: DURATION_PATTERN },
  );
}

export function percentage(description: string): z.ZodString {
  return text(
    (value) =>
      parsePercentage(value) === null ? 'is no percentage; write for example 70%, above 0 and up to 100' : null,
    { description, pattern: PERCENTAGE_PATTERN },
  );
}

export function byteSize(description: string): z.ZodString {
  return text(
    (value) => {
      const bytes = parseSize(value);
      if (bytes === null) return 'is no size; write a number with KiB, MiB, GiB or TiB, for example 1GiB';
      return bytes < 1 ? 'is too small' : null;
    },
    { description, pattern: SIZE_PATTERN },
  );
}

const tooLong = (part: string): string | null =>
  utf8Length(part) > POSTGRES_NAME_BYTES
    ? `${part.slice(0, 20)}… is longer than the ${POSTGRES_NAME_BYTES} bytes Postgres takes`
    : null;

function parsed(
  parse: (value: string) => { ok: true; value: string[] } | { ok: false; message: string },
  meta: object,
) {
  return text(
    (value) => {
      if (carriesSecret(value)) return LITERAL_SECRET;
      const result = parse(value);
      if (!result.ok) return result.message;
      return result.value.map(tooLong).find((message) => message !== null) ?? null;
    },
    { ...meta },
  );
}

export const tableText = parsed(
  (value) => {
    const table = parseTable(value);
    if (!table.ok) return table;
    if (utf8Length(table.value.alias ?? '') > MATERIALIZE_NAME_BYTES) {
      return { ok: false, message: `alias is longer than the ${MATERIALIZE_NAME_BYTES} bytes Materialize takes` };
    }
    return { ok: true, value: [table.value.schema, table.value.name] };
  },
  {
    description: 'schema.table, or schema.table as alias; odd names in double quotes: public."Order Items".',
    pattern: '^.+\\..+$',
  },
);

export const schemaText = parsed(
  (value) => {
    const schema = parseGlob(value);
    return schema.ok ? { ok: true, value: names(schema.value) } : schema;
  },
  {
    description: 'An upstream schema, or a pattern: tenant_*. What is in double quotes is itself: "Tenant-"*.',
    minLength: 1,
  },
);

/** What has to fit Postgres: a pattern may be longer than what it matches. */
const names = (glob: Glob): string[] => (isLiteral(glob) ? [literalOf(glob)] : []);

export const patternText = parsed(
  (value) => {
    const pattern = parseTablePattern(value);
    if (!pattern.ok) return pattern;
    const { schema, name } = pattern.value;
    return { ok: true, value: [...names(schema ?? []), ...names(name)] };
  },
  {
    description:
      'schema.table, or table for every schema; * and ? stand for any, what is in double quotes for itself: public.audit_*.',
    minLength: 1,
  },
);

export const targetName = text(
  (value) => {
    const plain = plainProblem(value);
    if (plain !== null) return plain;
    if (!value.includes('{table}')) return 'has no {table}: every table would get one name; write "{schema}_{table}"';
    if (/[{}]/.test(value.replace(/\{(schema|table)\}/g, ''))) return 'takes {schema} and {table}, and no other braces';
    const bytes = utf8Length(value);
    return bytes > MATERIALIZE_NAME_BYTES
      ? `is ${bytes} bytes long; Materialize takes ${MATERIALIZE_NAME_BYTES}`
      : null;
  },
  {
    description:
      'What tables without an alias are called in Materialize, of {schema} and {table}: "{schema}_{table}". Default: the table’s name.',
    pattern: '\\{table\\}',
  },
);

export const columnText = parsed(
  (value) => {
    const column = parseColumn(value);
    return column.ok ? { ok: true, value: [column.value.schema, column.value.table, column.value.column] } : column;
  },
  { description: 'schema.table.column; odd names in double quotes.', pattern: '^.+\\..+\\..+$' },
);

export const constraintText = parsed(
  (value) => {
    const found = parseConstraint(value);
    if (!found.ok) return found;
    const { schema, table, constraint } = found.value;
    return { ok: true, value: [schema, table, ...(constraint === null ? [] : [constraint])] };
  },
  {
    description: 'schema.table.constraint, or schema.table for all; odd names in double quotes.',
    pattern: '^.+\\..+$',
  },
);

export const certificate = text(
  (value) => {
    if (/PRIVATE KEY/.test(value))
      return 'is a private key; the certificate authority is wanted, and keys do not belong here';
    return /^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/.test(value)
      ? null
      : 'is no PEM certificate; write ca: | and below it the lines from -----BEGIN CERTIFICATE----- on';
  },
  { description: 'PEM text of the certificate authority that signed the server’s certificate.' },
);

export const host = text(
  (value) => {
    const plain = plainProblem(value);
    if (plain !== null) return plain;
    return /^[A-Za-z0-9_.:-]+$/.test(value) ? null : 'is no host name; write it without scheme, port, user or path';
  },
  { description: 'Host name or address.', minLength: 1 },
);
