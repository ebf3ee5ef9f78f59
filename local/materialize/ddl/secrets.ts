import { DatabaseError } from 'pg';
import { MzError } from '../contract';
import type { DdlContext } from '../environment';
import type { Of, SecretExpression } from '../sql/ast';
import { tokenize } from '../sql/tokens';
import { requireWithin } from './limits';
import { reconnectUsers } from './connections';
import { requireCreateIn, requireItemOwner } from './privileges';
import { isTaken } from './taken';

const MAX_BYTES = 512 * 1024;

/** The secret's bytes. No error tells any part of it but what Materialize tells too. */
async function evaluate(context: DdlContext, expression: SecretExpression): Promise<Buffer> {
  const tokens = tokenize(expression.sql);
  const lone = tokens.length === 2 && tokens[0]?.kind === 'string' ? tokens[0].text : undefined;
  const value = lone === undefined ? await compute(context, expression.sql) : parseBytea(lone);
  if (value === null) throw new MzError('XX000', 'secret value can not be null');
  if (value.length > MAX_BYTES) throw new MzError('XX000', 'secrets can not be bigger than 512KiB');
  if (!Buffer.from(value.toString('utf8'), 'utf8').equals(value)) {
    throw new MzError('XX000', 'secret value must be valid UTF-8');
  }
  return value;
}

/** Bytea input as Materialize reads it: `\x` and hex digits, else backslash is an escape. */
export function parseBytea(text: string): Buffer {
  const invalid = (why: string): never => {
    throw new MzError('XX000', `invalid input syntax for type bytea: ${why}`);
  };
  if (text.startsWith('\\x')) {
    const digits = text.slice(2);
    if (digits.length % 2 !== 0) invalid(`odd number of digits: "${text}"`);
    if (!/^[0-9a-fA-F]*$/.test(digits)) invalid(`invalid hexadecimal digit: "${text}"`);
    return Buffer.from(digits, 'hex');
  }
  const parts: Buffer[] = [];
  for (const piece of text.match(/\\\\|\\[0-3][0-7]{2}|[^\\]+|\\/g) ?? []) {
    if (piece === '\\') invalid(`invalid escape sequence: "${text}"`);
    else if (piece === '\\\\') parts.push(Buffer.from('\\'));
    else if (piece.startsWith('\\')) parts.push(Buffer.from([parseInt(piece.slice(1), 8)]));
    else parts.push(Buffer.from(piece, 'utf8'));
  }
  return Buffer.concat(parts);
}

/** Has the store compute an expression such as `decode('…', 'base64')`, with the client's rights and without a log line. */
async function compute(context: DdlContext, sql: string): Promise<Buffer | null> {
  const client = await context.environment.store.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SET LOCAL log_min_error_statement = panic; SET LOCAL log_statement = none`);
    await client.query(`SET LOCAL ROLE ${client.escapeIdentifier(context.role.name)}`);
    const { rows } = await client.query<{ value: Buffer | null }>(`SELECT (${sql})::bytea AS value`);
    return rows[0]?.value ?? null;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (error.code === '42P02') throw new MzError('42P02', error.message);
    throw new MzError(error.code === '42601' ? '42601' : 'XX000', error.message);
  } finally {
    await client.query('ROLLBACK').catch(() => undefined);
    client.release();
  }
}

export async function createSecret(context: DdlContext, ddl: Of<'createSecret'>): Promise<void> {
  const { catalog } = context;
  const name = await catalog.resolveNewName(ddl.name, context.session);
  await requireCreateIn(context, name);
  const value = await evaluate(context, ddl.value);
  await context.environment.definitions.run(async () => {
    const refusal = `catalog item '${name.name}' already exists`;
    if (await isTaken(context, name, 'secret', ddl.ifNotExists, refusal)) return;
    await requireWithin(context, 'secret', 1);
    await catalog.addSecret({ name, ownerId: context.role.id, value });
  });
}

/** ALTER SECRET: connections that use it connect anew with the new value. */
export async function alterSecret(context: DdlContext, name: string[], expression: SecretExpression): Promise<void> {
  const { catalog } = context;
  const item = await catalog.resolveItem(name, context.session, ['secret']);
  await requireItemOwner(context, item);
  const value = await evaluate(context, expression);
  await context.environment.definitions.run(async () => {
    await catalog.alterSecret(item.id, value);
    await reconnectUsers(context, item.id);
  });
}
