/** What was read of the source in Materialize, and of what would hold up its slot. */

/** An object of others that reads from the pipeline's tables, or lives among them. */
export interface DependentFacts {
  id: string;
  /** In full, `materialize.shop.orders_by_day`, where it is built on the pipeline's; else bare. */
  name: string;
  type: string;
}

/** A transaction that would hold the slot's creation up. */
export interface OpenTransaction {
  kind: 'session' | 'prepared';
  pid: number | null;
  gid: string | null;
  user: string;
  application: string;
  database: string;
  ageSeconds: number;
  writing: boolean;
}

export interface ChildFacts {
  id: string;
  kind: 'subsource' | 'table';
  schema: string;
  name: string;
  upstream: { schema: string; name: string };
  status: string;
  error: string | null;
  /** Its first copy is committed: the write frontier has left zero, or a live replica's statistics say so. */
  committed: boolean;
  /** Columns its own statement takes as text, or leaves out. */
  textColumns: string[];
  excludeColumns: string[];
  /** Constraints upstream it was made without; absent: none. */
  excludeConstraints?: string[] | 'all';
  /** The columns it has; absent where nobody looked. */
  columns?: string[];
  /** Everything built on it, however far down, each after what it is built on. */
  dependents: DependentFacts[];
}

export interface SourceObjectFacts {
  id: string;
  comment: string | null;
  cluster: string;
  connectionId: string | null;
  publication: string | null;
  slot: string | null;
  syntax: 'subsources' | 'tables';
  /** `schema.table.column`, by the source's statement or by a table's. */
  textColumns: string[];
  excludeColumns: string[];
  status: string;
  error: string | null;
  children: ChildFacts[];
  /** Everything built on it or on its tables, which are left out, each after what it is built on. */
  dependents: DependentFacts[];
  createSql: string;
}
