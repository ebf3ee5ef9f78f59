import { isOurs } from '../plan/ownership';
import { sameTable } from '../plan/select';
import type { PipelineSpec } from '../spec/types';
import { plural } from '../text/count';
import type { Added } from './added';
import { identityBack, identityStatement, insteadWords, type Back } from './identity';
import { keep, leave, remove } from './step';
import type { DestroySource, DestroyStep, KnownUpstream } from './types';

type Found = Pick<DestroySource, 'publication' | 'ours' | 'tables'>;
type Table = DestroySource['tables'][number];
type Given = Extract<Back, { keep: false }>;

interface Identities {
  /** Still full, and given back. */
  back: { table: Table; back: Given }[];
  /** Still full, and needed so. */
  stay: { table: Table; why: string }[];
  /** Given back, but not what it was. */
  changed: { table: Table; back: Given }[];
}

/**
 * What becomes of the recorded tables. `leaving`: publications that let go of every table that was put there for us, before
 * identities are given back.
 */
export function identities(
  spec: PipelineSpec,
  found: Found,
  { added }: Pick<KnownUpstream, 'added'>,
  leaving: readonly string[],
): Identities {
  const result: Identities = { back: [], stay: [], changed: [] };
  const theirs =
    found.publication !== null && !isOurs(found.publication.comment, spec.name) ? found.publication.name : null;
  for (const recorded of added) {
    if (recorded.kind !== 'identity') continue;
    const table = found.tables.find((one) => sameTable(one, recorded));
    if (table === undefined) continue;
    const put = added.some((one) => one.kind === 'published' && one.publication === theirs && sameTable(one, recorded));
    const staying = table.publishedBy.filter((name) => !leaving.includes(name) || (name === theirs && !put));
    const publishers = {
      others: staying.filter((name) => name !== theirs),
      lent: staying.filter((name) => name === theirs),
    };
    const back = identityBack(recorded, table, publishers);
    if (table.identity !== 'full') {
      if (!back.keep && back.instead !== null && table.identity === back.identity) result.changed.push({ table, back });
    } else if (back.keep) result.stay.push({ table, why: back.why });
    else result.back.push({ table, back });
  }
  return result;
}

/** What the tables logged before; not where another publication reads them, which may need the full rows by now. */
export function identitySteps(spec: PipelineSpec, found: Found, known: KnownUpstream): DestroyStep[] {
  const leaving = [spec.source.publication, ...found.ours.map(({ name }) => name)];
  const { back, stay, changed } = identities(spec, found, known, leaving);
  const id = 'restore-identity';
  const object = 'replica identity';
  const other = [...back, ...changed].filter((one) => one.back.instead !== null);
  const left = stay.map(({ table, why }) => `${tableOf(table)} ${why}`);
  return [
    ...(back.length > 0
      ? [
          remove(id, object, `give ${plural(back.length, 'table')} the replica identity it had before`, {
            changes: back.map((one) => `${tableOf(one.table)}: full → ${one.back.identity}`),
            interrupts: 'each of them is locked for an instant',
            run: back.map((one) => `${identityStatement(one.table, one.back)};`),
          }),
        ]
      : []),
    ...(stay.length > 0
      ? [
          keep(
            id,
            `${object} of ${stay.map(({ table }) => tableOf(table)).join(', ')}`,
            left.join('; '),
            statements(stay, known),
          ),
        ]
      : []),
    ...other.map((one) =>
      leave(id, `${object} of ${tableOf(one.table)}`, insteadWords(one.back, one.table), statements([one], known)),
    ),
  ];
}

/** What brings back what was recorded, where a person wants it so. */
function statements(of: readonly { table: Table }[], { added }: KnownUpstream): string[] {
  return of.flatMap(({ table }) => {
    const recorded = added.find(
      (one): one is Extract<Added, { kind: 'identity' }> => one.kind === 'identity' && sameTable(one, table),
    );
    if (recorded === undefined || (recorded.before === 'index' && recorded.index === null)) return [];
    return [
      `${identityStatement(table, { keep: false, identity: recorded.before, index: recorded.index, instead: null })};`,
    ];
  });
}

const tableOf = ({ schema, name }: Table): string => `${schema}.${name}`;
