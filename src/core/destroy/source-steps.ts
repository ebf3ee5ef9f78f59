import { recordName } from '../names';
import type { PipelineSpec } from '../spec/types';
import * as sql from '../sql/postgres';
import { identitySteps } from '../objects/replica-identity/removal';
import {
  addressSteps,
  grantSteps,
  publicationStep,
  recordSteps,
  roleStep,
  unpublishSteps,
  type Shared,
} from './shared-steps';
import { absent, keep, leave, remove } from './step';
import type { DestroyStep } from './types';

interface Upstream extends Shared {
  /** The source in Materialize stays, so what it reads has to stay, too. */
  sourceStays: boolean;
  /** The source in Materialize is there and goes: its slot goes with it. */
  sourceGoes: boolean;
}

/**
 * The steps upstream, in order. A publication's comment is the record of everything else, so ours are emptied first and
 * dropped last: killed in between, the next run still knows what to take back.
 */
export function sourceSteps(upstream: Upstream): DestroyStep[] {
  return [
    slotStep(upstream),
    ...(upstream.sourceStays ? readByTheSource(upstream) : undone(upstream)),
    ...(upstream.found.neon?.logicalReplication
      ? [
          keep(
            'logical-replication',
            `logical replication of project ${upstream.found.neon.project}`,
            'Neon cannot turn it off again',
          ),
        ]
      : []),
  ];
}

function readByTheSource({ spec, found }: Upstream): DestroyStep[] {
  const why = `source ${spec.materialize.names.source}, which stays, reads it`;
  const { role, publication } = found;
  return [
    role ? keep('remove-role', `role ${role.name}`, why) : absent('remove-role', `role ${spec.source.role.name}`),
    publication
      ? keep('remove-publication', `publication ${publication.name}`, why)
      : absent('remove-publication', `publication ${spec.source.publication}`),
    // What it records stays, too: nothing would ever ask for it again.
    ...recordSteps({ spec, found }),
  ];
}

function undone(upstream: Upstream): DestroyStep[] {
  return [
    ...unpublishSteps(upstream),
    ...identitySteps(upstream.spec, upstream.found, upstream.known),
    ...grantSteps(upstream),
    roleStep(upstream),
    ...addressSteps(upstream),
    publicationStep(upstream),
    ...recordSteps(upstream),
  ];
}

function slotStep({ found, known, sourceStays, sourceGoes }: Upstream): DestroyStep {
  const name = known.slot;
  if (name === null) {
    const { idleSlots } = found;
    if (idleSlots.length === 0) return absent('remove-slot', 'replication slot');
    const why = `nothing says whose ${idleSlots.join(', ')} ${idleSlots.length === 1 ? 'is' : 'are'}, idle in this database`;
    return keep(
      'remove-slot',
      'replication slot',
      why,
      idleSlots.map((slot) => `${sql.dropSlot(slot)};`),
    );
  }
  const object = `slot ${name}`;
  const there = found.slots.some((slot) => slot.slot === name && slot.exists);
  if (sourceStays && there) return keep('remove-slot', object, 'the source that reads it stays');
  if (!there && !sourceGoes) return absent('remove-slot', object);
  return remove('remove-slot', object, `see that ${object} is gone from the server, else drop it`, {
    run: [`${sql.dropSlot(name)};`],
  });
}

/** Where upstream must not be asked or does not answer: what may remain, from the file and from Materialize. */
export function unseenSteps(
  spec: PipelineSpec,
  slot: string | null,
  tables: { schema: string; name: string }[],
  cidrs: string[],
): DestroyStep[] {
  const why = 'upstream was not touched';
  const { publication, role } = spec.source;
  const steps: DestroyStep[] = [];
  if (slot !== null) {
    const danger = 'upstream was not touched; unless Materialize dropped it, it keeps WAL until the disk is full';
    steps.push(leave('remove-slot', `slot ${slot}`, danger, [`${sql.dropSlot(slot)};`]));
  }
  const record = recordName(spec.name);
  const either = `${why}; it is n2m's if its comment says so, else publication ${record} may be there`;
  const drop = [publication, record].map((name) => `${sql.dropPublication(name)};`);
  steps.push(leave('remove-publication', `publication ${publication}`, either, drop));
  if (tables.length > 0) {
    const run = tables.map((table) => `${sql.replicaIdentity(table, 'default', null)};`);
    steps.push(leave('restore-identity', 'replica identity', 'it is full where n2m set it', run));
  }
  if (role.via === 'sql') {
    // What it was given where cannot be read: privileges on future tables would keep it from being dropped.
    const run = [`${sql.dropOwnedBy(role.name)};`, `${sql.dropRole(role.name)};`];
    steps.push(leave('remove-role', `role ${role.name}`, `${why}; it is n2m's if its comment says so`, run));
  }
  if (role.via === 'api') {
    const run = [`delete role ${role.name} of the branch in the Neon console, if nobody else uses it`];
    steps.push(leave('remove-role', `role ${role.name}`, why, run));
  }
  if (spec.source.kind === 'neon' && cidrs.length > 0) {
    const run = [`remove ${cidrs.join(', ')} from the IP Allow list in the Neon console, if nobody else needs them`];
    steps.push(leave('remove-ips', 'IP Allow entries', why, run));
  }
  return steps;
}
