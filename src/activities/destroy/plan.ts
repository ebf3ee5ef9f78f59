import { z } from 'zod';
import { planDestruction } from '../../core/destroy/plan';
import type { DestroySource, DestroyTarget, KnownUpstream } from '../../core/destroy/types';
import type { PipelineSpec } from '../../core/spec/types';
import { SystemError } from '../../systems/errors';
import * as mz from '../../systems/materialize';
import type { SqlClient } from '../../systems/sql-client';
import { referableDestroy } from '../plan/fingerprint';
import { activity } from '../support/activity';
import type { Deps } from '../support/deps';
import { knownShape, takes } from '../support/inputs';
import { itemsOf, withMaterialize, withSource } from '../support/sessions';
import { readWatch } from '../watch/schedule';
import { readDestroySource } from './facts';

export interface DestroyLookInput {
  spec: PipelineSpec;
  leaveUpstream: boolean;
  /** Of an earlier look, for the proof. */
  known: KnownUpstream | null;
}

const lookInput = takes<DestroyLookInput>({ leaveUpstream: z.boolean(), known: knownShape.nullable() });

/** Reads both sides and the schedule, and says what would go and what would stay. Changes nothing. */
export const planDestroy = activity({ input: lookInput, reads: true }, async (deps, input) => {
  const { spec, leaveUpstream, known } = input;
  const target = await withMaterialize(deps, spec, (client) => readTarget(client, spec));
  const [source, watch] = await Promise.all([
    readUpstream(deps, input, target.source?.slot ?? null),
    readWatch(deps.schedules, spec, deps.taskQueue),
  ]);
  return referableDestroy(spec, planDestruction({ spec, target, source, watch, leaveUpstream, known }));
});

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
    orphans: await mz.readOrphans(client, spec),
    egressCidrs: await mz.readEgressCidrs(client),
  };
}

const names = (all: { id: string; type: string; name: string }[]) =>
  all.map(({ id, type, name }) => ({ id, type, name }));

/** Where upstream is to be left alone it need not answer; else it is waited for. */
async function readUpstream(deps: Deps, input: DestroyLookInput, slot: string | null): Promise<DestroySource | null> {
  try {
    return await withSource(deps, input.spec, (session) => readDestroySource(deps, session, input, slot));
  } catch (error) {
    if (input.leaveUpstream && error instanceof SystemError) return null;
    throw error;
  }
}
