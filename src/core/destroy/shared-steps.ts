import type { PipelineSpec } from '../spec/types';
import * as sql from '../sql/postgres';
import { plural } from '../text/count';
import type { Added } from './added';
import { keptSteps } from './kept-steps';
import { goesOver } from './others';
import { addresses, grants, published, readByOthers, revoke, roleKept, unpublishing } from './sharing';
import { absent, foreign, keep, leave, remove } from './step';
import type { DestroySource, DestroyStep, KnownUpstream } from './types';

export interface Shared {
  spec: PipelineSpec;
  found: DestroySource;
  known: KnownUpstream;
}

const ended = (statements: readonly (string | null)[]): string[] =>
  statements.flatMap((statement) => (statement === null ? [] : [`${statement};`]));

export function unpublishSteps({ spec, found, known }: Shared): DestroyStep[] {
  const statements = unpublishing(spec, found, known);
  const stay = readByOthers(found).map(({ publication }) => publication.name);
  const names = found.ours
    .filter(({ name, tables }) => tables.length > 0 && !stay.includes(name))
    .map(({ name }) => name);
  const of = names.length > 0 ? names.join(', ') : spec.source.publication;
  const sentence =
    names.length > 0 ? `take every table out of publication ${of}` : `give publication ${of} back what it published`;
  const object = `tables of publication ${of}`;
  const takeBack = (entry: Added): string[] =>
    entry.kind === 'published'
      ? ended([sql.alterPublicationDrop(entry.publication, [entry])])
      : entry.kind === 'operations'
        ? ended([sql.publishOnly(entry.publication, entry.before)])
        : [];
  return [
    ...(statements.length > 0
      ? [remove('unpublish', object, sentence, { changes: statements, run: ended(statements) })]
      : []),
    ...keptSteps(
      'unpublish',
      `tables of publication ${spec.source.publication}`,
      published(spec, found, known).kept,
      found,
      takeBack,
    ),
  ];
}

export function grantSteps({ found }: Shared): DestroyStep[] {
  const { take, kept } = grants(found);
  const run = take.map(revoke).filter((statement) => statement !== null);
  return [
    ...(run.length > 0
      ? [
          remove('remove-grants', 'privileges', `take back ${plural(run.length, 'privilege')} that n2m gave`, {
            changes: run,
            run: ended(run),
          }),
        ]
      : []),
    ...keptSteps('remove-grants', 'privileges', kept, found, (entry) => ended([revoke(entry)])),
  ];
}

export function roleStep({ spec, found, known }: Shared): DestroyStep {
  const { name, via } = spec.source.role;
  const object = `role ${name}`;
  const there = found.role !== null || (found.neon?.roleNames.includes(name) ?? false);
  if (!there) return absent('remove-role', object);
  if (via === 'given') return keep('remove-role', object, 'the file says it is given');
  const recorded = known.added.some((added) => added.kind === 'role' && added.name === name);
  const why = recorded ? null : foreign(found.role?.comment ?? null, spec.name);
  if (why !== null) return keep('remove-role', object, why);
  const run = via === 'api' ? [`delete role ${name} of the branch in the Neon console`] : ended([sql.dropRole(name)]);
  const kept = roleKept(spec, found);
  if (kept !== null) {
    if (!recorded || !goesOver(kept, found.ours.length > 0)) return leave('remove-role', object, kept.why, run);
    return keep('remove-role', object, `${kept.why}; its record has it from then on`);
  }
  return remove('remove-role', object, `drop ${object}`, {
    interrupts: via === 'api' ? 'Neon may drop open connections to the compute when it deletes a role' : null,
    run,
  });
}

export function addressSteps({ found, known }: Shared): DestroyStep[] {
  if (!found.neon) return [];
  const { allowedIps } = found.neon;
  const { take, kept } = addresses(found, known);
  const object = 'IP Allow entries';
  const ours = take.map(({ cidr }) => cidr);
  const byHand = (cidrs: string[]) => [`remove ${cidrs.join(', ')} from the IP Allow list in the Neon console`];
  const stay = keptSteps('remove-ips', object, kept, found, (entry) =>
    entry.kind === 'ip' ? byHand([entry.cidr]) : [],
  );
  if (ours.length === 0) return stay;
  if (allowedIps.every((entry) => ours.includes(entry))) {
    const why = 'without them the list would be empty and allow everybody';
    return [leave('remove-ips', object, why, byHand(ours)), ...stay];
  }
  return [
    remove('remove-ips', object, `take the entries n2m added out of the IP Allow list: ${ours.join(', ')}`, {
      changes: ours.map((cidr) => `remove ${cidr}`),
      run: byHand(ours),
    }),
    ...stay,
  ];
}

export function publicationStep({ spec, found }: Shared): DestroyStep {
  const object = `publication ${spec.source.publication}`;
  const { publication } = found;
  if (!publication) return absent('remove-publication', object);
  const why = foreign(publication.comment, spec.name);
  if (why !== null) return keep('remove-publication', object, why);
  const run = ended([sql.dropPublication(publication.name)]);
  const read = readByOthers(found).find((one) => one.publication.name === publication.name);
  if (read) return leave('remove-publication', object, `${read.by.join(', ')} reads it`, run);
  return remove('remove-publication', object, `drop ${object}`, { run });
}

/** Publications of ours beside the file's: one that holds nothing but the record, or one that the file named before. */
export function recordSteps({ spec, found }: Pick<Shared, 'spec' | 'found'>): DestroyStep[] {
  const read = readByOthers(found).filter(({ publication }) => publication.name !== spec.source.publication);
  const names = found.ours
    .map(({ name }) => name)
    .filter((name) => name !== spec.source.publication && !read.some(({ publication }) => publication.name === name));
  const drop = (name: string) => ended([sql.dropPublication(name)]);
  const object = `publication ${names.join(', ')}`;
  const sentence = `drop ${object}, which records what n2m added`;
  return [
    ...(names.length > 0 ? [remove('remove-record', object, sentence, { run: names.flatMap(drop) })] : []),
    ...read.map(({ publication: { name }, by }) =>
      leave('remove-record', `publication ${name}`, `${by.join(', ')} reads it`, drop(name)),
    ),
  ];
}
