import type { DestroyPlan, DestroySource, DestroyTarget, KnownUpstream } from '../core/destroy/types';
import { addedBy } from '../core/destroy/added';
import { planDestruction } from '../core/destroy/plan';
import type { PipelineSpec } from '../core/spec/types';
import { SystemError } from '../systems/errors';
import * as mz from '../systems/materialize';
import * as pg from '../systems/postgres';
import type { SqlClient } from '../systems/sql-client';
import type { Deps } from './deps';
import { neonFacts } from './observe';
import { readWatch } from './schedule';
import { itemsOf, withMaterialize, withSource, type SourceSession } from './sessions';

export interface DestroyLookInput {
  spec: PipelineSpec;
  leaveUpstream: boolean;
  /** Of an earlier look, for the proof. */
  known: KnownUpstream | null;
}

/** Reads both sides and the schedule, and says what would go and what would stay. Changes nothing. */
export async function planDestroy(deps: Deps, input: DestroyLookInput): Promise<DestroyPlan> {
  const { spec, leaveUpstream, known } = input;
  const target = await withMaterialize(deps, spec, (client) => readTarget(client, spec));
  const [source, watch] = await Promise.all([
    readUpstream(deps, input, target.source?.slot ?? null),
    readWatch(deps.schedules, spec, deps.taskQueue),
  ]);
  return planDestruction({ spec, target, source, watch, leaveUpstream, known });
}

async function readTarget(client: SqlClient, spec: PipelineSpec): Promise<DestroyTarget> {
  const items = itemsOf(spec);
  const { database, schema, cluster } = spec.materialize;
  const source = await mz.readSource(client, items.source);
  const connection = await mz.readConnection(client, items.connection);
  const secret = await mz.readSecret(client, items.secret);
  const { exists, comment } = await mz.readSchema(client, database, schema);
  const users = async (found: { id: string } | null) =>
    found ? names(await mz.readDependentsOf(client, [found.id])) : [];
  return {
    source: source && {
      ...{ id: source.id, comment: source.comment, slot: source.slot, cluster: source.cluster },
      children: source.children,
      progressId: await mz.readProgressRelation(client, source.id),
      dependents: source.dependents,
    },
    connection: connection && { ...connection, dependents: await users(connection) },
    secret: secret && { ...secret, dependents: await users(secret) },
    cluster: await mz.readCluster(client, cluster.name, items.source),
    schema: { exists, comment, items: await mz.readSchemaItems(client, database, schema) },
    strays: await mz.readStrays(client, spec),
    egressCidrs: await mz.readEgressCidrs(client),
  };
}

const names = (all: { id: string; type: string; name: string }[]) =>
  all.map(({ id, type, name }) => ({ id, type, name }));

/** Where upstream is to be left alone it need not answer; else it is waited for. */
async function readUpstream(deps: Deps, input: DestroyLookInput, slot: string | null): Promise<DestroySource | null> {
  try {
    return await withSource(deps, input.spec, (session) => readSource(session, input, slot));
  } catch (error) {
    if (input.leaveUpstream && error instanceof SystemError) return null;
    throw error;
  }
}

async function readSource(
  { client, neon }: SourceSession,
  input: DestroyLookInput,
  slot: string | null,
): Promise<DestroySource> {
  const { spec, known } = input;
  const publication = await pg.readPublication(client, spec.source.publication);
  const ours = await pg.readOwnPublications(client, spec.name);
  const read = addedBy(ours);
  const added = read.length > 0 ? read : (known?.added ?? []);
  const wanted = [slot, known?.slot ?? null, ...added.map((entry) => (entry.kind === 'slot' ? entry.name : null))];
  const slots = [];
  for (const name of new Set(wanted)) if (name !== null) slots.push(await pg.readSlot(client, name));
  const idle = (await pg.listMaterializeSlots(client)).filter((one) => !one.active && !wanted.includes(one.slot));
  return {
    publication,
    ours,
    role: await pg.readRole(client, spec.source.role.name),
    slots,
    idleSlots: idle.map((one) => one.slot),
    tables: await pg.readIdentities(
      client,
      added.filter((entry) => entry.kind === 'identity'),
    ),
    held: await pg.readHeldPrivileges(client, added),
    neon: neon && (await neonFacts(spec, neon)),
  };
}
