import { notSupported, planError } from '../contract';
import type { ConnectionOptions } from '../catalog';
import type { DdlContext } from '../environment';
import type { ConnectionChange, Of, Option, OptionValue } from '../sql/ast';
import { validateConnection } from '../upstream';
import { booleanOption, optionMap, textOption } from './options';
import { guardedItem, requireCreateIn, requireItemOwner, requirePrivilege } from './privileges';
import { isTaken } from './taken';

const OF_POSTGRES =
  'HOST, PORT, DATABASE, USER, PASSWORD, SSL MODE, SSL CERTIFICATE AUTHORITY, SSL CERTIFICATE, SSL KEY'.split(', ');
const TUNNELS = ['SSH TUNNEL', 'AWS PRIVATELINK'];
const MODES = new Set(['disable', 'require', 'required', 'verify_ca', 'verify-ca', 'verify_full', 'verify-full']);

async function secretId(context: DdlContext, name: string[]): Promise<string> {
  const item = await context.catalog.resolveItem(name, context.session, ['secret']);
  await requirePrivilege(context, guardedItem(item), 'USAGE');
  return item.id;
}

async function convert(
  context: DdlContext,
  name: string,
  value: OptionValue | undefined,
): Promise<ConnectionOptions[string]> {
  if (value?.type === 'secret') {
    if (['HOST', 'PORT', 'DATABASE', 'SSL MODE'].includes(name))
      throw planError(`invalid ${name}: cannot use value as string`);
    return { secretId: await secretId(context, value.name) };
  }
  if (name === 'PASSWORD' || name === 'SSL KEY') throw planError(`invalid ${name}: must provide a secret value`);
  if (name === 'PORT') {
    const text = value?.type === 'number' || value?.type === 'string' ? value.text : '';
    if (!/^\d+$/.test(text) || Number(text) > 65_535) throw planError('invalid PORT: cannot use value as number');
    return { number: Number(text) };
  }
  const text = textOption(name, value);
  if (name === 'SSL MODE' && !MODES.has(text)) throw planError(`invalid CONNECTION: unknown SSL MODE "${text}"`);
  return { text };
}

function belongs(name: string): void {
  if (TUNNELS.includes(name)) throw notSupported(name);
  if (!OF_POSTGRES.includes(name)) throw planError(`POSTGRES connections do not support ${name} values`);
}

function complete(options: ConnectionOptions): ConnectionOptions {
  for (const name of ['HOST', 'DATABASE', 'USER']) {
    if (options[name] === undefined) throw planError(`${name} option is required`);
  }
  return options;
}

const validates = (options: Option[]): boolean => {
  const map = optionMap(options);
  return !map.has('VALIDATE') || booleanOption('VALIDATE', map.get('VALIDATE'));
};

export async function createConnection(context: DdlContext, ddl: Of<'createConnection'>): Promise<void> {
  if (ddl.connector !== 'POSTGRES') throw notSupported(`connections to ${ddl.connector}`);
  const { catalog } = context;
  const name = await catalog.resolveNewName(ddl.name, context.session);
  const options: ConnectionOptions = {};
  for (const [option, value] of optionMap(ddl.options)) {
    belongs(option);
    options[option] = await convert(context, option, value);
  }
  complete(options);
  if (!ddl.ifNotExists) await isTaken(context, name, 'connection', false);
  await requireCreateIn(context, name);
  if (validates(ddl.with)) await validateConnection(await catalog.upstreamConnection(options));
  await context.environment.definitions.run(async () => {
    if (await isTaken(context, name, 'connection', ddl.ifNotExists)) return;
    await catalog.addConnection({ name, ownerId: context.role.id, type: 'postgres', options });
  });
}

export async function alterConnection(
  context: DdlContext,
  name: string[],
  changes: ConnectionChange[],
  withOptions: Option[],
): Promise<void> {
  const { catalog } = context;
  const item = await catalog.resolveItem(name, context.session, ['connection']);
  await requireItemOwner(context, item);
  const options = { ...(await catalog.connectionOptions(item.id)) };
  for (const change of changes) {
    const option = change.type === 'set' ? change.option.name : change.name;
    belongs(option);
    if (change.type === 'drop') delete options[option];
    else options[option] = await convert(context, option, change.option.value);
  }
  complete(options);
  if (validates(withOptions)) await validateConnection(await catalog.upstreamConnection(options));
  await context.environment.definitions.run(async () => {
    await catalog.alterConnection(item.id, options);
    await reconnectUsers(context, item.id);
  });
}

export async function validateStored(context: DdlContext, name: string[]): Promise<void> {
  const item = await context.catalog.resolveItem(name, context.session, ['connection']);
  await requirePrivilege(context, guardedItem(item), 'USAGE');
  await validateConnection(await context.catalog.upstreamConnection(item.id));
}

/** Has every source whose connection is, or uses, this item connect anew. */
export async function reconnectUsers(context: DdlContext, itemId: string): Promise<void> {
  const { catalog, environment } = context;
  for (const sourceId of await catalog.sourcesUsing(itemId)) {
    const { connectionId } = await catalog.originOf(await catalog.item(sourceId));
    environment.ingestion.reconnect(sourceId, await catalog.upstreamConnection(connectionId));
  }
}
