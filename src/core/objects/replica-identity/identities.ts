import type { Added } from '../../destroy/added';
import { type Other, reads } from '../../destroy/other';
import type { Kept, Others } from '../../destroy/others';
import type { DestroySource, KnownUpstream } from '../../destroy/types';
import { isOurs } from '../../plan/ownership';
import type { PipelineSpec } from '../../spec/types';
import { published, readByOthers } from '../publication/recorded';
import { findIn, isIn } from '../tables/find';
import { tableName } from '../tables/select';
import { type Back, identityBack } from './back';

type Table = DestroySource['tables'][number];
type Recorded = Extract<Added, { kind: 'identity' }>;
type Given = Extract<Back, { keep: false }>;
type Known = Pick<KnownUpstream, 'added'>;

interface Identities {
  /** Still full, and given back. */
  back: { table: Table; back: Given }[];
  /** Still full, and needed so; `kept` where a pipeline needs it. */
  stay: { table: Table; why: string; kept: Kept | null }[];
  /** Given back, but not what it was. */
  changed: { table: Table; back: Given }[];
}

/**
 * What becomes of the recorded tables. Before identities are given back, our publications let go of them: `then` is
 * after that, `now` takes them as they are.
 */
export function identities(
  spec: PipelineSpec,
  found: DestroySource,
  known: Known,
  when: 'then' | 'now' = 'then',
): Identities {
  const result: Identities = { back: [], stay: [], changed: [] };
  const theirs =
    found.publication !== null && !isOurs(found.publication.comment, spec.name) ? found.publication.name : null;
  const stays = readByOthers(found).map(({ publication }) => publication.name);
  const leaving = when === 'now' ? [] : found.ours.map(({ name }) => name).filter((name) => !stays.includes(name));
  const put = published(spec, found, known).take.filter((one) => one.kind === 'published');
  for (const recorded of known.added) {
    if (recorded.kind !== 'identity') continue;
    const table = findIn(found.tables, recorded);
    if (table === null) continue;
    const staying = table.publishedBy.filter(
      (name) => !leaving.includes(name) && !(name === theirs && isIn(put, recorded)),
    );
    const lent = staying.filter((name) => name === theirs);
    // Who published it before us lived with what it logged then.
    const before = staying.filter((name) => name !== theirs && recorded.publishedBy?.includes(name));
    const later = staying.filter((name) => name !== theirs && !before.includes(name));
    const back = identityBack(recorded, table, {
      others: [...later, ...readers(found.others, table, [...lent, ...before])],
      lent: [...lent, ...before],
    });
    if (table.identity !== 'full') {
      if (!back.keep && back.instead !== null && table.identity === back.identity) result.changed.push({ table, back });
    } else if (back.keep)
      result.stay.push({ table, why: back.why, kept: keptIdentity(recorded, table, back.why, found) });
    else result.back.push({ table, back });
  }
  return result;
}

/** By itself or with what it is a partition of. */
const readsRows = (other: Other, table: Table): boolean =>
  [table, ...(table.partitionOf ?? [])].some((one) => reads(other, one));

/** Whose source reads the table, through whichever publication; Materialize takes nothing but full rows. */
function readers({ known, unread }: Others, table: Table, lent: string[]): string[] {
  const names = known.flatMap((other) => (other.near === 'database' && readsRows(other, table) ? [other.who] : []));
  // Through a publication that stays, somebody whose file could not be read may read it.
  const blind = lent.length > 0 ? unread.filter(({ near }) => near === 'database').map(({ what }) => `(${what})`) : [];
  return [...new Set([...names, ...blind])];
}

function keptIdentity(entry: Recorded, table: Table, why: string, { others }: DestroySource): Kept | null {
  const to = others.known.find(
    (other) => other.pipeline !== null && other.record !== null && other.near === 'database' && readsRows(other, table),
  );
  return to === undefined ? null : { entry, why: `${tableName(table)} ${why}`, to: to as Kept['to'] };
}
