import { NOBODY } from '../../../src/core/destroy/others';
import type { DestroySource, DestroyTarget } from '../../../src/core/destroy/types';
import { writeMark } from '../../../src/core/plan/ownership';
import { postgresSpec } from '../plan/fixtures';

export const SLOT = 'materialize_0123456789abcdef0123456789abcdef';
export const OURS = writeMark('shop');
export const spec = postgresSpec();
const { names, schema } = spec.materialize;

export function target(change: Partial<DestroyTarget> = {}): DestroyTarget {
  return {
    source: {
      ...{
        id: 'u3',
        comment: OURS,
        slot: SLOT,
        cluster: spec.materialize.cluster.name,
        progressId: 'u4',
        dependents: [],
      },
      children: [
        { id: 'u5', kind: 'subsource', schema, name: 'orders', upstream: { schema: 'public', name: 'orders' } },
      ],
    },
    connection: { id: 'u2', comment: OURS, dependents: [{ id: 'u3', type: 'source', name: names.source }] },
    secret: { id: 'u1', comment: OURS, dependents: [{ id: 'u2', type: 'connection', name: names.connection }] },
    cluster: { id: 'u1', comment: OURS, otherObjects: [] },
    schema: {
      exists: true,
      comment: OURS,
      items: ['u1', 'u2', 'u3', 'u4', 'u5'].map((id) => ({ id, name: id, type: 'source' })),
    },
    orphans: [],
    egressCidrs: [],
    ...change,
  };
}

export const orders = (publishedBy: string[]): DestroySource['tables'][number] => ({
  ...{ schema: 'public', name: 'orders', identity: 'full', hasPrimaryKey: true, indexes: [] },
  ...{ publishedBy, strictlyPublishedBy: publishedBy },
});

export function source(added: string[] = [], change: Partial<DestroySource> = {}): DestroySource {
  const publishes = { insert: true, update: true, delete: true, truncate: true };
  const publication = {
    ...{
      name: spec.source.publication,
      owner: 'o',
      ownedByUs: true,
      allTables: false,
      viaRoot: false,
      generatedColumns: null,
      publishes,
    },
    tables: [{ schema: 'public', name: 'orders', columns: null, filtered: false }],
    comment: writeMark('shop', added),
  };
  return {
    publication,
    ours: [publication],
    role: {
      ...{ name: spec.source.role.name, login: true, superuser: false, replication: true, bypassRls: false },
      ...{ config: [], limits: [], memberOf: [], comment: OURS },
    },
    slots: [],
    idleSlots: [],
    tables: [orders([spec.source.publication])],
    held: [],
    neon: null,
    others: NOBODY,
    ...change,
  };
}
