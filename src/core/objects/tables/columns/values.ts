/** What is known of a value upstream that Materialize cannot hold. */

/** What Materialize says of such a value. */
export interface RefusedValue {
  /** In its words. */
  why: string;
  /** As it quotes it, which is as Postgres writes it; null where it does not. */
  value: string | null;
  /** The type it was to become, in Materialize's word; null where it does not say. */
  type: string | null;
}

/** Where it is. */
export interface RefusedColumns {
  columns: HoldingColumn[];
  /** A row was seen that holds it there, or there is no other column it could be in; else it is one of these. */
  sure: boolean;
}

/** `inside`: of a list or a range, the value is a part of what the column holds. */
export interface HoldingColumn {
  name: string;
  inside: boolean;
}

/** A column as the catalog upstream has it, domains as what they are of. */
export interface TypedColumn {
  name: string;
  type: string;
  /** Of an array. */
  element: string | null;
}
