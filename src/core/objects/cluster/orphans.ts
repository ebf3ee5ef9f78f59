import type { Orphan } from '../../plan/facts';
import type { PipelineSpec } from '../../spec/types';
import { dropConnection } from '../connection/statements';
import { dropSchema } from '../schema/statements';
import { dropSecret } from '../secret/statements';
import { dropSource } from '../source/statements';
import { dropCluster } from './statements';

type Marked = Omit<Orphan, 'otherObjects'>;

/** Whether the file names an object of this kind and name. */
export function isNamed({ materialize }: PipelineSpec, { kind, database, schema, name }: Marked): boolean {
  const { cluster, names } = materialize;
  if (kind === 'cluster') return name === cluster.name;
  if (database !== materialize.database) return false;
  return kind === 'schema' ? name === materialize.schema : schema === materialize.schema && name === names[kind];
}

/** `source materialize.shop.shop_source`, `cluster ingest_shop`. */
export const orphanName = ({ kind, database, schema, name }: Marked): string =>
  `${kind} ${[database, schema, name].filter((part) => part !== null).join('.')}`;

export function dropOrphan({ kind, database, schema, name }: Marked): string {
  const item = { database: database ?? '', schema: schema ?? '', name };
  switch (kind) {
    case 'source':
      return dropSource(item);
    case 'connection':
      return dropConnection(item);
    case 'secret':
      return dropSecret(item);
    case 'schema':
      return dropSchema(item.database, name);
    case 'cluster':
      return dropCluster(name);
  }
}

/** Clusters that only cost: nothing runs on them but, as long as it has not moved, the source that the file names. */
export const leftClusters = (orphans: Orphan[]): Orphan[] =>
  orphans.filter(({ kind, otherObjects }) => kind === 'cluster' && otherObjects.length === 0);
