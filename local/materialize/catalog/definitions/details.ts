import type { UpstreamTable } from '../../contract';

/** DETAILS of source and subsource definitions: protobuf in hex, field numbers as in the recorded texts. */

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return bytes;
}

const number = (field: number, value: bigint): number[] => [...varint(BigInt(field << 3)), ...varint(value)];
const bytes = (field: number, value: readonly number[]): number[] => [
  ...varint(BigInt((field << 3) | 2)),
  ...varint(BigInt(value.length)),
  ...value,
];
const text = (field: number, value: string): number[] => bytes(field, [...Buffer.from(value)]);
const hex = (value: number[]): string => Buffer.from(value).toString('hex');

/** Description of the upstream table a subsource was made from. */
export function tableDetails(table: UpstreamTable): string {
  const columns = table.columns.flatMap((column) =>
    bytes(2 + 2, [
      ...text(1, column.name),
      ...number(2, BigInt(column.typeOid)),
      ...number(3, BigInt(column.typeMod)),
      ...(column.nullable ? number(4, 1n) : []),
      ...number(6, BigInt(column.attnum)),
    ]),
  );
  const keys = table.keys.flatMap((key) => {
    const attnums = key.columns.flatMap((name) => {
      const column = table.columns.find((candidate) => candidate.name === name);
      return column === undefined ? [] : varint(BigInt(column.attnum));
    });
    return bytes(5, [...text(2, key.name), ...bytes(3, attnums), ...(key.isPrimary ? number(4, 1n) : [])]);
  });
  const description = [
    ...text(1, table.name),
    ...text(2, table.schema),
    ...number(3, BigInt(table.oid)),
    ...columns,
    ...keys,
  ];
  return hex(bytes(1, bytes(1, description)));
}

/** Slot, timeline and database of a source. */
export const sourceDetails = (source: { slot: string; timelineId: string | null; upstreamDatabase: string }): string =>
  hex([
    ...text(2, source.slot),
    ...(source.timelineId === null ? [] : number(3, BigInt(source.timelineId))),
    ...text(4, source.upstreamDatabase),
  ]);
