import type { Added } from '../../destroy/added';
import { type DestroyContext, ended, readByTheSource, shared, type Shared, UNTOUCHED } from '../../destroy/context';
import { keptSteps } from '../../destroy/kept-steps';
import { absent, foreign, keep, leave, remove } from '../../destroy/step';
import type { DestroyStep } from '../../destroy/types';
import { recordName } from '../../names';
import type { PipelineSpec } from '../../spec/types';
import { published, readByOthers, unpublishing } from './recorded';
import { alterPublicationDrop, dropPublication, publishOnly } from './statements';

function unpublishSteps({ spec, found, known }: Shared): DestroyStep[] {
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
      ? ended([alterPublicationDrop(entry.publication, [entry])])
      : entry.kind === 'operations'
        ? ended([publishOnly(entry.publication, entry.before)])
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

function publicationStep({ spec, found }: Shared): DestroyStep {
  const object = `publication ${spec.source.publication}`;
  const { publication } = found;
  if (!publication) return absent('remove-publication', object);
  const why = foreign(publication.comment, spec.name);
  if (why !== null) return keep('remove-publication', object, why);
  const run = ended([dropPublication(publication.name)]);
  const read = readByOthers(found).find((one) => one.publication.name === publication.name);
  if (read) return leave('remove-publication', object, `${read.by.join(', ')} reads it`, run);
  return remove('remove-publication', object, `drop ${object}`, { run });
}

/** Publications of ours beside the file's: one that holds nothing but the record, or one that the file named before. */
function recordSteps({ spec, found }: Pick<Shared, 'spec' | 'found'>): DestroyStep[] {
  const read = readByOthers(found).filter(({ publication }) => publication.name !== spec.source.publication);
  const names = found.ours
    .map(({ name }) => name)
    .filter((name) => name !== spec.source.publication && !read.some(({ publication }) => publication.name === name));
  const drop = (name: string) => ended([dropPublication(name)]);
  const object = `publication ${names.join(', ')}`;
  const sentence = `drop ${object}, which records what n2m added`;
  return [
    ...(names.length > 0 ? [remove('remove-record', object, sentence, { run: names.flatMap(drop) })] : []),
    ...read.map(({ publication: { name }, by }) =>
      leave('remove-record', `publication ${name}`, `${by.join(', ')} reads it`, drop(name)),
    ),
  ];
}

function left({ source: { publication }, name }: PipelineSpec): DestroyStep[] {
  const record = recordName(name);
  const either = `${UNTOUCHED}; it is n2m's if its comment says so, else publication ${record} may be there`;
  const drop = [publication, record].map((one) => `${dropPublication(one)};`);
  return [leave('remove-publication', `publication ${publication}`, either, drop)];
}

/**
 * Its comment is the record of everything else that was added, so ours are emptied first and dropped last: killed in
 * between, the next run still knows what to take back.
 */
export function destroy(context: DestroyContext): DestroyStep[] {
  const { spec, source } = context;
  if (source === null) return left(spec);
  const upstream = shared(context, source);
  if (!context.sourceStays) return [...unpublishSteps(upstream), publicationStep(upstream), ...recordSteps(upstream)];
  const { publication } = source;
  return [
    publication
      ? keep('remove-publication', `publication ${publication.name}`, readByTheSource(context))
      : absent('remove-publication', `publication ${spec.source.publication}`),
    // What it records stays, too: nothing would ever ask for it again.
    ...recordSteps(upstream),
  ];
}
