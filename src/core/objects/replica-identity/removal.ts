import type { Added } from '../../destroy/added';
import { keptSteps } from '../../destroy/kept-steps';
import { keep, leave, remove } from '../../destroy/step';
import type { DestroySource, DestroyStep, KnownUpstream } from '../../destroy/types';
import { listed } from '../../plan/context';
import type { PipelineSpec } from '../../spec/types';
import { plural } from '../../text/count';
import { findIn, isIn } from '../tables/find';
import { tableName } from '../tables/select';
import { identityStatement, insteadWords } from './back';
import { identities } from './identities';

type Table = DestroySource['tables'][number];
type Recorded = Extract<Added, { kind: 'identity' }>;
type Known = Pick<KnownUpstream, 'added'>;

/** What the tables logged before; not where others read them, which may need the full rows by now. */
export function identitySteps(spec: PipelineSpec, found: DestroySource, known: KnownUpstream): DestroyStep[] {
  const { back, stay, changed } = identities(spec, found, known);
  const id = 'restore-identity';
  const object = 'replica identity';
  const other = [...back, ...changed].filter((one) => one.back.instead !== null);
  const toOthers = stay.flatMap(({ kept }) => (kept === null ? [] : [kept]));
  const alone = stay.filter(({ kept }) => kept === null);
  const reasons = alone.map(({ table, why }) => `${tableName(table)} ${why}`);
  return [
    ...(back.length > 0
      ? [
          remove(id, object, `give ${plural(back.length, 'table')} the replica identity it had before`, {
            changes: back.map((one) => `${tableName(one.table)}: full → ${one.back.identity}`),
            interrupts: 'each of them is locked for an instant',
            run: back.map((one) => `${identityStatement(one.table, one.back)};`),
          }),
        ]
      : []),
    ...keptSteps(id, object, toOthers, found, (entry) => statements([entry as Recorded], found)),
    ...(alone.length > 0
      ? [
          keep(
            id,
            `${object} of ${listed(alone.map(({ table }) => tableName(table)))}`,
            listed(reasons, 4, '; '),
            statements(recordsOf(alone, known), found),
          ),
        ]
      : []),
    ...other.map((one) =>
      leave(
        id,
        `${object} of ${tableName(one.table)}`,
        insteadWords(one.back, one.table),
        statements(recordsOf([one], known), found),
      ),
    ),
  ];
}

function recordsOf(of: readonly { table: Table }[], { added }: Known): Recorded[] {
  const tables = of.map(({ table }) => table);
  return added.filter((one): one is Recorded => one.kind === 'identity' && isIn(tables, one));
}

/** What brings back what was recorded, where a person wants it so. */
function statements(records: Recorded[], { tables }: DestroySource): string[] {
  return records.flatMap((recorded) => {
    const table = findIn(tables, recorded);
    if (table === null || (recorded.before === 'index' && recorded.index === null)) return [];
    const { before: identity, index } = recorded;
    return [`${identityStatement(table, { keep: false, identity, index, instead: null })};`];
  });
}
