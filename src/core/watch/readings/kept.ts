/** What of a reading a check keeps: histories hold it three times a minute, whatever the number of tables. */
import { cut } from '../../text/cut';
import { asRead, type ReadMemory } from '../reads';
import type {
  KeptReading,
  KeptSource,
  KeptTables,
  KeptTarget,
  PipelineReading,
  SourceReading,
  TablesNamed,
  TargetReading,
  TargetTableReading,
} from './types';

/** As many as a screen shows. */
const NAMED: Record<TablesNamed, number> = { unwell: 5, first: 20, all: 10_000 };
/** Sessions, events and replicas: the first ones tell what is the matter. */
const MOST = 5;

/** The reading with its tables as a reader has them, and counted. `named` says which of them keep their names. */
export function keep(
  // What is behind, its symptom says.
  { source, target, behind: _behind, ...rest }: PipelineReading,
  named: TablesNamed,
  memory: ReadMemory | null = null,
): KeptReading {
  return {
    ...rest,
    source: source.ok ? { ok: true, value: keptSource(source.value) } : source,
    target: target.ok ? { ok: true, value: keptTarget(asRead(target.value, memory), named) } : target,
  };
}

/** Checks of earlier versions kept everything. */
export function keptOfAnyVersion(reading: KeptReading | PipelineReading): KeptReading {
  const { source, target } = reading;
  return {
    ...reading,
    source: source.ok && 'tables' in source.value ? { ok: true, value: keptSource(source.value) } : source,
    target: target.ok && isWhole(target.value) ? { ok: true, value: keptTarget(target.value, 'all') } : target,
  } as KeptReading;
}

const isWhole = (value: KeptTarget | TargetReading): value is TargetReading => Array.isArray(value.tables);

function keptSource({
  publication,
  tables: _tables,
  writes,
  partitions: _partitions,
  ...rest
}: SourceReading): KeptSource {
  return {
    ...rest,
    walSenders: first(rest.walSenders),
    blockers: first(rest.blockers),
    writers: first(rest.writers),
    publication: {
      ...publication,
      tables: publication.tables.length,
      narrowed: publication.narrowed?.length ?? 0,
    },
    writes: { refused: writes?.refusedCount ?? 0, untold: writes?.untoldCount ?? 0 },
  };
}

/** Checks of earlier versions did not read all of these. */
const first = <T>(list: T[] | undefined): T[] => (list ?? []).slice(0, MOST);

function keptTarget({ tables, source, cluster, ...rest }: TargetReading, named: TablesNamed): KeptTarget {
  const stalled = source.stalledSince.slice(-MOST).map(({ at, error }) => ({ at, error: cut(error) }));
  return {
    ...rest,
    source: { ...source, error: source.error && cut(source.error), stalledSince: stalled },
    cluster: { ...cluster, replicas: first(cluster.replicas) },
    tables: keptTables(tables, named),
  };
}

function keptTables(tables: readonly TargetTableReading[], named: TablesNamed): KeptTables {
  const statuses: Record<string, number> = {};
  let freshnessMs: number | null = null;
  for (const table of tables) {
    statuses[table.status] = (statuses[table.status] ?? 0) + 1;
    if (table.freshnessMs !== null) freshnessMs = Math.max(freshnessMs ?? 0, table.freshnessMs);
  }
  const candidates = named === 'unwell' ? tables.filter((table) => rank(table) > 0) : [...tables];
  const worst = candidates.sort((a, b) => rank(b) - rank(a) || (b.freshnessMs ?? 0) - (a.freshnessMs ?? 0));
  return {
    count: tables.length,
    statuses,
    committed: tables.filter(({ committed }) => committed === true).length,
    failing: tables.filter(({ error }) => error !== null).length,
    freshnessMs,
    named: worst
      .slice(0, NAMED[named])
      .map(({ read: _read, columns: _columns, ...table }) => ({ ...table, error: table.error && cut(table.error) })),
  };
}

/** What a person would look at first: an error, then what is not copied yet. */
const rank = ({ error, committed }: TargetTableReading): number => (error !== null ? 2 : committed === true ? 0 : 1);
