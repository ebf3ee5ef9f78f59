import { recordName } from '../names';
import type { PublicationFacts } from '../plan/facts';
import { isOurs } from '../plan/ownership';
import { unpublished } from '../plan/publication';
import { sameTable } from '../plan/select';
import type { PipelineSpec } from '../spec/types';
import * as sql from '../sql/postgres';
import { plural } from '../text/count';
import type { Added } from './added';
import { identitySteps } from './identity-steps';
import { absent, foreign, keep, leave, remove } from './step';
import type { DestroySource, DestroyStep, KnownUpstream } from './types';

interface Upstream {
  spec: PipelineSpec;
  found: DestroySource;
  known: KnownUpstream;
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
    ...recordStep({ spec, found }),
  ];
}

function undone(upstream: Upstream): DestroyStep[] {
  return [
    ...unpublish(upstream),
    ...identitySteps(upstream.spec, upstream.found, upstream.known),
    ...grantsStep(upstream),
    roleStep(upstream),
    ...ipsStep(upstream),
    publicationStep(upstream),
    ...recordStep(upstream),
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

function unpublish(upstream: Upstream): DestroyStep[] {
  const { spec, found } = upstream;
  const statements = unpublishing(spec, found.publication, found.ours, upstream.known);
  if (statements.length === 0) return [];
  const names = found.ours.filter(({ tables }) => tables.length > 0).map(({ name }) => name);
  const of = names.length > 0 ? names.join(', ') : spec.source.publication;
  const sentence =
    names.length > 0 ? `take every table out of publication ${of}` : `give publication ${of} back what it published`;
  return [
    remove('unpublish', `tables of publication ${of}`, sentence, {
      changes: statements,
      run: statements.map((statement) => `${statement};`),
    }),
  ];
}

/** Our publications are emptied; somebody else's loses what we put there, and publishes what it did. */
export function unpublishing(
  spec: PipelineSpec,
  publication: PublicationFacts | null,
  ours: readonly PublicationFacts[],
  { added }: Pick<KnownUpstream, 'added'>,
): string[] {
  const emptied = ours
    .filter(({ tables, allTables }) => tables.length > 0 && !allTables)
    .map(({ name, tables }) => sql.alterPublicationDrop(name, tables));
  if (publication === null || isOurs(publication.comment, spec.name)) return emptied;
  const { name, tables } = publication;
  const put = tables.filter((table) =>
    added.some((one) => one.kind === 'published' && one.publication === name && sameTable(one, table)),
  );
  const before = added.find((one) => one.kind === 'operations' && one.publication === name);
  return [
    ...emptied,
    ...(put.length > 0 ? [sql.alterPublicationDrop(name, put)] : []),
    ...(before?.kind === 'operations' && unpublished(publication).length === 0 && before.before !== ''
      ? [sql.publishOnly(name, before.before)]
      : []),
  ];
}

function grantsStep({ found }: Upstream): DestroyStep[] {
  const { held } = found;
  if (held.length === 0) return [];
  const run = held.map(revoke).filter((statement) => statement !== null);
  return [
    remove('remove-grants', 'privileges', `take back ${plural(held.length, 'privilege')} that n2m gave`, {
      changes: run,
      run: run.map((statement) => `${statement};`),
    }),
  ];
}

/** The statement that takes one recorded privilege back; null for what is no privilege. */
export function revoke(added: Added): string | null {
  switch (added.kind) {
    case 'usage':
      return sql.revokeUsage(added.schema, added.role);
    case 'select':
      return sql.revokeSelect([added], added.role);
    case 'future':
      return sql.revokeSelectOnFutureTables(added.owner, added.schema, added.role);
    default:
      return null;
  }
}

function roleStep({ spec, found, known }: Upstream): DestroyStep {
  const { name, via } = spec.source.role;
  const object = `role ${name}`;
  const there = found.role !== null || (found.neon?.roleNames.includes(name) ?? false);
  if (!there) return absent('remove-role', object);
  if (via === 'given') return keep('remove-role', object, 'the file says it is given');
  const recorded = known.added.some((added) => added.kind === 'role' && added.name === name);
  const why = recorded ? null : foreign(found.role?.comment ?? null, spec.name);
  if (why !== null) return keep('remove-role', object, why);
  const run = via === 'api' ? [`delete role ${name} of the branch in the Neon console`] : [`${sql.dropRole(name)};`];
  return remove('remove-role', object, `drop ${object}`, {
    interrupts: via === 'api' ? 'Neon may drop open connections to the compute when it deletes a role' : null,
    run,
  });
}

function ipsStep({ found, known }: Upstream): DestroyStep[] {
  if (!found.neon) return [];
  const { allowedIps } = found.neon;
  const ours = known.added.flatMap((added) =>
    added.kind === 'ip' && allowedIps.includes(added.cidr) ? [added.cidr] : [],
  );
  if (ours.length === 0) return [];
  const object = 'IP Allow entries';
  const run = [`remove ${ours.join(', ')} from the IP Allow list in the Neon console`];
  if (allowedIps.every((entry) => ours.includes(entry))) {
    return [leave('remove-ips', object, 'without them the list would be empty and allow everybody', run)];
  }
  return [
    remove('remove-ips', object, `take the entries n2m added out of the IP Allow list: ${ours.join(', ')}`, {
      changes: ours.map((cidr) => `remove ${cidr}`),
      run,
    }),
  ];
}

function publicationStep({ spec, found: { publication } }: Upstream): DestroyStep {
  const object = `publication ${spec.source.publication}`;
  if (!publication) return absent('remove-publication', object);
  const why = foreign(publication.comment, spec.name);
  if (why !== null) return keep('remove-publication', object, why);
  return remove('remove-publication', object, `drop ${object}`, { run: [`${sql.dropPublication(publication.name)};`] });
}

/** Publications of ours beside the file's: one that holds nothing but the record, or one that the file named before. */
function recordStep({ spec, found: { ours } }: Pick<Upstream, 'spec' | 'found'>): DestroyStep[] {
  const names = ours.map(({ name }) => name).filter((name) => name !== spec.source.publication);
  if (names.length === 0) return [];
  const object = `publication ${names.join(', ')}`;
  const sentence = `drop ${object}, which records what n2m added`;
  return [remove('remove-record', object, sentence, { run: names.map((name) => `${sql.dropPublication(name)};`) })];
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
