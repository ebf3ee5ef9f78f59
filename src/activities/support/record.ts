import { mergeAdded, writeAdded, type Added } from '../../core/destroy/added';
import { recordName } from '../../core/names';
import { isOurs, readMark, writeMark } from '../../core/plan/ownership';
import type { PipelineSpec } from '../../core/spec/types';
import * as sql from '../../core/sql/postgres';
import { systemError } from '../../systems/errors';
import { readOwnPublications, readPublication } from '../../systems/postgres';
import type { SqlClient } from '../../systems/sql-client';
import { createAndLook } from './ensure';

/**
 * Records on the publication what is about to be added to things shared with others: before it is done, as what was
 * added and not recorded would stay behind for ever. The publication is made for it, still empty: a table that is
 * published before it logs full rows would refuse updates. Where the publication is somebody else's, an empty one of our
 * own holds the record.
 */
export async function recordAdded(client: SqlClient, spec: PipelineSpec, added: readonly Added[]): Promise<void> {
  if (added.length === 0) return;
  const shared = await readPublication(client, spec.source.publication);
  const name = shared === null || isOurs(shared.comment, spec.name) ? spec.source.publication : recordName(spec.name);
  const look = () => readPublication(client, name);
  const create = () => client.query(sql.createEmptyPublication(name, writeMark(spec.name)));
  const facts = (await look()) ?? (await createAndLook(create, look, `publication ${name}`, 'source'));
  if (!isOurs(facts.comment, spec.name)) {
    throw systemError('Conflict', 'source', `publication ${name} is not this pipeline's, so nothing can be recorded`, {
      hint: 'n2m apply FILE looks again',
    });
  }
  await changeRecord(client, spec.name, name, (texts) => mergeAdded(texts, added));
}

/** Reads a record, changes it and writes it again, while nobody else does. False where the publication is not the pipeline's. */
export function changeRecord(
  client: SqlClient,
  pipeline: string,
  publication: string,
  change: (texts: readonly string[]) => string[],
): Promise<boolean> {
  return withRecordsLocked(client, async () => {
    const comment = (await readPublication(client, publication))?.comment ?? null;
    if (!isOurs(comment, pipeline)) return false;
    const mark = writeMark(pipeline, change(readMark(comment)?.added ?? []));
    if (mark !== comment) await client.query(sql.commentOn('PUBLICATION', publication, mark));
    return true;
  });
}

/** In one transaction, alone among all that work on records of this database. */
export async function withRecordsLocked<T>(client: SqlClient, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    await client.query(sql.lockRecords());
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Takes entries out again, once what they say was taken back. */
export async function forgetAdded(client: SqlClient, pipeline: string, added: readonly Added[]): Promise<void> {
  const gone = new Set(added.map(writeAdded));
  for (const { name } of await readOwnPublications(client, pipeline)) {
    await changeRecord(client, pipeline, name, (texts) => texts.filter((text) => !gone.has(text)));
  }
}
