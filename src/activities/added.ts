import { mergeAdded, writeAdded, type Added } from '../core/destroy/added';
import { isOurs, readMark, writeMark } from '../core/plan/ownership';
import { recordName } from '../core/names';
import * as sql from '../core/sql/postgres';
import type { PipelineSpec } from '../core/spec/types';
import { systemError } from '../systems/errors';
import { readOwnPublications, readPublication } from '../systems/postgres';
import type { SqlClient } from '../systems/sql-client';
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
  const mark = writeMark(spec.name, mergeAdded(readMark(facts.comment)?.added ?? [], added));
  if (mark !== facts.comment) await client.query(sql.commentOn('PUBLICATION', name, mark));
}

/** Takes entries out again, once what they say was taken back. */
export async function forgetAdded(client: SqlClient, pipeline: string, added: readonly Added[]): Promise<void> {
  const gone = new Set(added.map(writeAdded));
  for (const { name, comment } of await readOwnPublications(client, pipeline)) {
    const left = (readMark(comment)?.added ?? []).filter((text) => !gone.has(text));
    const mark = writeMark(pipeline, left);
    if (mark !== comment) await client.query(sql.commentOn('PUBLICATION', name, mark));
  }
}
