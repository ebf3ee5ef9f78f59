import { addedBy, stillRecorded, writeAdded } from '../../core/destroy/added';
import type { Near } from '../../core/destroy/other';
import { nearer, reachOf } from '../../core/destroy/others';
import type { DestroyInput, DestroySource, KnownUpstream } from '../../core/destroy/types';
import { isOurs } from '../../core/plan/ownership';
import type { PipelineSpec } from '../../core/spec/types';
import * as pg from '../../systems/postgres';
import { neonFacts } from '../plan/observe';
import type { Deps } from '../support/deps';
import { withSource, type SourceSession } from '../support/sessions';
import { readOthers } from './others';

/** Upstream as a plan to destroy needs it, and as each step looks at it again before it takes something back. */
export async function readDestroySource(
  deps: Deps,
  session: SourceSession,
  { spec, known }: { spec: PipelineSpec; known: KnownUpstream | null },
  slot: string | null,
  furthest: Near = 'project',
): Promise<DestroySource> {
  const { client, neon } = session;
  const replica = await session.replica();
  const publication = await pg.readPublication(client, spec.source.publication);
  const ours = await pg.readOwnPublications(client, spec.name);
  const read = addedBy(ours);
  const added = read.length > 0 ? read : (known?.added ?? []);
  const wanted = [slot, known?.slot ?? null, ...added.map((entry) => (entry.kind === 'slot' ? entry.name : null))];
  const slots = [];
  for (const name of new Set(wanted)) if (name !== null) slots.push(await pg.readSlot(replica, name));
  const idle = (await pg.listMaterializeSlots(replica)).filter((one) => !one.active && !wanted.includes(one.slot));
  const role = await pg.readRole(client, spec.source.role.name);
  const facts = neon && (await neonFacts(spec, neon));
  const there = added.filter((entry) => entry.kind !== 'ip' || facts?.allowedIps.includes(entry.cidr));
  const dropsRole = spec.source.role.via !== 'given' && role !== null && isOurs(role.comment, spec.name);
  return {
    ...{ publication, ours, role, slots },
    idleSlots: idle.map((one) => one.slot),
    tables: await pg.readIdentities(
      client,
      added.filter((entry) => entry.kind === 'identity'),
    ),
    held: await pg.readHeldPrivileges(client, added),
    neon: facts,
    others: await readOthers(deps, spec, session, nearer(reachOf(there, dropsRole), furthest), wanted),
  };
}

/**
 * The same for a step, looking no further than what it may take reaches. The record itself says what may be taken back; a
 * plan, whoever gives it, only names less of it.
 */
export const withDestroySource = <T>(
  deps: Deps,
  { spec, plan }: DestroyInput,
  furthest: Near,
  use: (session: SourceSession, look: () => Promise<{ found: DestroySource; known: KnownUpstream }>) => Promise<T>,
): Promise<T> =>
  withSource(deps, spec, (session) =>
    use(session, async () => {
      const { slot } = plan.known;
      const found = await readDestroySource(deps, session, { spec, known: { slot, added: [] } }, slot, furthest);
      const added = stillRecorded(plan.known.added, found.ours);
      const texts = new Set(added.map(writeAdded));
      const held = found.held.filter((entry) => texts.has(writeAdded(entry)));
      return { found: { ...found, held }, known: { slot, added } };
    }),
  );
