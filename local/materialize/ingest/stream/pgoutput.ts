import type { Lsn } from './lsn';

/** Text as the type's output function prints it, null, or undefined for a TOASTed value that did not change. */
export type Value = string | null | undefined;

export interface RelationColumn {
  name: string;
  typeOid: number;
  typeMod: number;
}

export interface Relation {
  oid: number;
  schema: string;
  name: string;
  columns: RelationColumn[];
}

/** Messages of the pgoutput plugin, protocol version 1; kinds that do not matter here are `other`. */
export type Message =
  | { kind: 'begin'; commitLsn: Lsn }
  | { kind: 'commit'; endLsn: Lsn }
  | { kind: 'relation'; relation: Relation }
  | { kind: 'insert'; oid: number; after: Value[] }
  | { kind: 'update'; oid: number; before: Value[] | null; after: Value[] }
  | { kind: 'delete'; oid: number; before: Value[] | null }
  | { kind: 'truncate'; oids: number[] }
  | { kind: 'other' };

class Reader {
  private at = 0;
  constructor(private readonly bytes: Buffer) {}

  byte = (): number => this.bytes[this.at++]!;
  char = (): string => String.fromCharCode(this.byte());
  int16(): number {
    this.at += 2;
    return this.bytes.readInt16BE(this.at - 2);
  }
  int32(): number {
    this.at += 4;
    return this.bytes.readInt32BE(this.at - 4);
  }
  oid(): number {
    this.at += 4;
    return this.bytes.readUInt32BE(this.at - 4);
  }
  lsn(): Lsn {
    this.at += 8;
    return this.bytes.readBigUInt64BE(this.at - 8);
  }
  text(length: number): string {
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }
  /** A string that ends with a zero byte. */
  string(): string {
    const end = this.bytes.indexOf(0, this.at);
    const text = this.bytes.toString('utf8', this.at, end);
    this.at = end + 1;
    return text;
  }
  tuple(): Value[] {
    const values: Value[] = new Array<Value>(this.int16());
    for (let i = 0; i < values.length; i += 1) {
      const kind = this.char();
      values[i] = kind === 't' ? this.text(this.int32()) : kind === 'n' ? null : undefined;
    }
    return values;
  }
}

function readRelation(r: Reader): Relation {
  const relation: Relation = { oid: r.oid(), schema: r.string(), name: r.string(), columns: [] };
  r.char(); // Replica identity: what matters is whether old rows come.
  const count = r.int16();
  for (let i = 0; i < count; i += 1) {
    r.byte(); // Part of the key.
    relation.columns.push({ name: r.string(), typeOid: r.oid(), typeMod: r.int32() });
  }
  return relation;
}

/** The old row of an update or delete: whole (`O`) or nothing to rely on (`K`: key columns only). */
function readUpdate(r: Reader, oid: number): Message {
  let kind = r.char();
  let before: Value[] | null = null;
  if (kind !== 'N') {
    const old = r.tuple();
    if (kind === 'O') before = old;
    kind = r.char();
  }
  return { kind: 'update', oid, before, after: r.tuple() };
}

/** Decodes one message. */
export function decode(bytes: Buffer): Message {
  const r = new Reader(bytes);
  switch (r.char()) {
    case 'B':
      return { kind: 'begin', commitLsn: r.lsn() };
    case 'C':
      r.byte();
      r.lsn();
      return { kind: 'commit', endLsn: r.lsn() };
    case 'R':
      return { kind: 'relation', relation: readRelation(r) };
    case 'I': {
      const oid = r.oid();
      r.char();
      return { kind: 'insert', oid, after: r.tuple() };
    }
    case 'U':
      return readUpdate(r, r.oid());
    case 'D': {
      const oid = r.oid();
      const kind = r.char();
      const old = r.tuple();
      return { kind: 'delete', oid, before: kind === 'O' ? old : null };
    }
    case 'T': {
      const count = r.int32();
      r.byte();
      return { kind: 'truncate', oids: Array.from({ length: count }, () => r.oid()) };
    }
    default:
      return { kind: 'other' };
  }
}
