import type { CreateIngestion, Ingestion } from '../contract';
import { dropSlot } from '../upstream';
import { SourceRunner } from './source-runner';

/** How long a slot is tried to be dropped after DROP SOURCE. */
const DROP_SLOT_WITHIN_MS = 60_000;

/** Ingests by real logical replication, one dataflow per source. */
export const createIngestion: CreateIngestion = (store, settings) => {
  const sources = new Map<string, SourceRunner>();
  const endings = new Set<Promise<void>>();
  const closing = new AbortController();
  /** Pieces of work that add tables, and the sources they added some to. */
  let gathering = 0;
  const added = new Set<SourceRunner>();

  const runner = (sourceId: string): SourceRunner => {
    const found = sources.get(sourceId);
    if (found === undefined) throw new Error(`source ${sourceId} is not running: start it first`);
    return found;
  };

  async function end(source: SourceRunner): Promise<void> {
    const { slot } = source.source;
    try {
      await source.remove();
    } catch (error) {
      if (!closing.signal.aborted) console.error(`ingestion of source ${source.source.id}: ${String(error)}`);
    }
    if (await dropSlot(source.upstream, slot, DROP_SLOT_WITHIN_MS, closing.signal)) return;
    if (!closing.signal.aborted) console.error(`upstream slot ${slot} could not be dropped within 60 s: it holds WAL`);
  }

  const ingestion: Ingestion = {
    start(source, replica) {
      if (sources.has(source.id)) throw new Error(`source ${source.id} is running already`);
      sources.set(source.id, new SourceRunner(store, settings, source, replica));
    },
    moveTo: (sourceId, replica) => runner(sourceId).moveTo(replica),
    addTables(sourceId, tables) {
      const source = runner(sourceId);
      source.addTables(tables);
      if (gathering === 0) source.restart();
      else added.add(source);
    },
    async together(work) {
      gathering++;
      try {
        return await work();
      } finally {
        gathering--;
        if (gathering === 0) {
          for (const source of added) source.restart();
          added.clear();
        }
      }
    },
    removeTable: (sourceId, tableId) => runner(sourceId).removeTable(tableId),
    reconnect: (sourceId, connection) => runner(sourceId).reconnect(connection),
    drop(sourceId) {
      const source = runner(sourceId);
      sources.delete(sourceId);
      const ending = end(source).finally(() => endings.delete(ending));
      endings.add(ending);
    },
    async close() {
      closing.abort();
      await Promise.all([...sources.values()].map((source) => source.stop()));
      sources.clear();
      await Promise.all(endings);
    },
  };
  return ingestion;
};
