import type { MzError, UpstreamConnection, UpstreamTable } from '../contract';
import type { DdlContext } from '../environment';
import { MzError as Refusal } from '../contract';
import {
  checkSettings,
  connectionError,
  describePublication,
  selectTables,
  validateTables,
  withUpstream,
  type PublicationDescription,
  type SelectedTable,
  type TableOptions,
  type TableSelection,
} from '../upstream';

/** Tables chosen and checked upstream, ready to be defined here. */
export interface Purified {
  connection: UpstreamConnection;
  published: PublicationDescription;
  tables: { name: string[]; table: UpstreamTable; excluded: string[] }[];
}

const cancelled = (): MzError => new Refusal('57014', 'canceling statement due to user request');

/** Waits for upstream work as long as the client does not cancel; a cancelled statement defines nothing. */
async function unlessCancelled<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(cancelled());
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
    work.catch(() => undefined);
  }
}

const names = (selection: TableSelection): string[] | undefined =>
  selection.type === 'tables' ? selection.tables.map(({ reference }) => reference.at(-1) ?? '') : undefined;

/**
 * Asks upstream what a statement that adds tables needs to know, in Materialize's order: server settings, publication,
 * names, privileges, identity, columns, types. May wait without limit for a lock held upstream.
 */
export function purify(
  context: DdlContext,
  request: {
    connectionId: string;
    publication: string;
    selection: TableSelection;
    sourceName: string[];
    options: TableOptions;
    /** Turns column names that stand alone into qualified ones, once the tables are known: nothing else is asked of upstream. */
    qualify?: (selected: SelectedTable[]) => TableOptions;
  },
): Promise<Purified> {
  const work = async (): Promise<Purified> => {
    const connection = await context.catalog.upstreamConnection(request.connectionId);
    const { published, selected, checked } = await withUpstream(connection, connectionError, async (client) => {
      await checkSettings(client, 'XX000');
      const { database } = connection;
      const published = await describePublication(client, {
        ...{ database, publication: request.publication },
        only: request.qualify && names(request.selection),
      });
      const selected = selectTables(published, request.selection, request.sourceName);
      const options = request.qualify?.(selected) ?? request.options;
      const chosen = selected.map(({ table }) => table);
      return { published, selected, checked: await validateTables(client, published, chosen, options) };
    });
    const tables = selected.map(({ name, table }) => {
      const ingested = checked.find(({ oid }) => oid === table.oid) ?? table;
      const kept = new Set(ingested.columns.map((column) => column.name));
      const excluded = table.columns.map((column) => column.name).filter((column) => !kept.has(column));
      return { name, table: ingested, excluded };
    });
    return { connection, published, tables };
  };
  return unlessCancelled(context.signal, work());
}
