import { plural } from '../../../text/count';
import { alterPublicationAdd, alterPublicationDrop, publishGenerated } from '../../publication/statements';
import { replicaIdentity, replicaIdentityFull } from '../statements';

/** A write of the application that Postgres refuses, as EXPLAIN told. */
export interface RefusedWrite {
  schema: string;
  name: string;
  operation: 'UPDATE' | 'DELETE';
  /** 55000: published without a replica identity; 42P10: a publication leaves out columns of it. */
  code: string;
  detail: string;
  /** It has a virtual column, which nothing publishes. */
  virtual: boolean;
  /** Who publishes the table: with a list of its columns, with generated columns. Null: nobody by name, as with partitions. */
  publications: { name: string; columns: boolean; generated: boolean }[] | null;
}

/** Whether the application may write, table by table. The lists are bounded, the counts are not. */
export interface WritesProof {
  refused: RefusedWrite[];
  refusedCount: number;
  /** What could not be told, and why: an SQLSTATE, or FOREIGN_CODE. */
  untold: { schema: string; name: string; operation: string; code: string }[];
  untoldCount: number;
}

/** `UPDATE and DELETE of public.orders would be refused (…)`, the first table and how many more. */
export function refusalWords(refused: readonly RefusedWrite[], would = 'would be refused'): string {
  const [first] = refused;
  if (!first) return `no write ${would}`;
  const same = refused.filter((one) => one.schema === first.schema && one.name === first.name);
  const operations = same.map((one) => one.operation).join(' and ');
  const tables = new Set(refused.map((one) => JSON.stringify([one.schema, one.name]))).size;
  const more = tables > 1 ? ` and of ${plural(tables - 1, 'more table')}` : '';
  return `${operations} of ${first.schema}.${first.name}${more} ${would}: ${causeOf(first)}`;
}

/** Why, in a clause: what Postgres says, and who publishes the table so. */
export function causeOf({ code, detail, virtual, publications }: RefusedWrite): string {
  if (code === '55000') {
    const by = named((publications ?? []).map(({ name }) => name));
    return `it is published${by} and has no replica identity`;
  }
  const listed = (publications ?? []).filter(({ columns }) => columns).map(({ name }) => name);
  if (listed.length > 0) return `its replica identity has columns that are left out${named(listed)}`;
  if (virtual) return 'its replica identity has a virtual column, which nothing publishes';
  const without = (publications ?? []).filter(({ generated }) => !generated).map(({ name }) => name);
  if (without.length > 0) return `its replica identity has generated columns that are left out${named(without)}`;
  return detail === '' ? `SQLSTATE ${code}` : detail.replace(/\.$/, '');
}

const named = (names: string[]): string =>
  names.length === 0
    ? ''
    : ` by publication ${names.length > 3 ? `${names.slice(0, 3).join(', ')} …` : names.join(', ')}`;

/** The statements that give the application its writes back and keep the table replicated, where there are such. */
export function writesBack(refused: RefusedWrite): string {
  const table = { schema: refused.schema, name: refused.name };
  if (refused.code === '55000') return `${replicaIdentityFull(table)};`;
  const publications = refused.publications ?? [];
  const listed = publications.filter(({ columns }) => columns);
  if (listed.length > 0) {
    return listed
      .map(({ name }) => `${alterPublicationDrop(name, [table])}; ${alterPublicationAdd(name, [table])};`)
      .join(' ');
  }
  const without = publications.filter(({ generated }) => !generated);
  if (without.length > 0 && !refused.virtual) {
    return without.map(({ name }) => `${publishGenerated(name)};`).join(' ');
  }
  return `${replicaIdentity(table, 'default', null)};`;
}
