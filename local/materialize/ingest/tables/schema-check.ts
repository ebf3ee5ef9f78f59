import type { Client } from 'pg';
import { describeTables, publicationExists } from '../../upstream';
import { isCompatible } from './compatibility';
import { DefiniteError, tableErrors, upstream, type TableError } from '../errors';
import type { RunningTable } from './running-table';

async function existing(client: Client, oids: number[]): Promise<Set<number>> {
  const { rows } = await client.query<{ oid: number }>('SELECT oid FROM pg_catalog.pg_class WHERE oid = ANY ($1)', [
    oids,
  ]);
  return new Set(rows.map(({ oid }) => oid));
}

/**
 * Compares the tables as they are upstream with what they were when they were added. Throws a DefiniteError when the
 * publication is gone.
 */
export async function checkSchemas(
  client: Client,
  publication: string,
  tables: RunningTable[],
): Promise<{ table: RunningTable; error: TableError }[]> {
  if (!(await upstream(publicationExists(client, publication)))) {
    throw new DefiniteError(`publication "${publication}" does not exist`);
  }
  const oids = tables.map((table) => table.upstream.oid);
  const published = await upstream(describeTables(client, publication, { oids }));
  const byOid = new Map(published.map((table) => [table.oid, table]));
  const present = await upstream(existing(client, oids));
  return tables.flatMap((table) => {
    const { oid, name } = table.upstream;
    const now = byOid.get(oid);
    if (now !== undefined) {
      return isCompatible(table.upstream, now) ? [] : [{ table, error: tableErrors.altered(name, oid) }];
    }
    return [{ table, error: present.has(oid) ? tableErrors.unpublished : tableErrors.dropped }];
  });
}
