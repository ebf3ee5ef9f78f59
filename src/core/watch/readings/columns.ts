/** Columns that upstream has and a copy lacks: nobody else says so. */
import { isBeside } from '../../objects/beside/names';
import { findIn } from '../../objects/tables/find';
import type { SourceReading, TargetReading, TargetTableReading } from './types';

/** Tables of which the columns are looked up by name. */
export const NAMED_TABLES = 3;

/** The tables that people read: a copy is none until it takes the place of what it stands beside. */
export const standing = (tables: readonly TargetTableReading[]): TargetTableReading[] =>
  tables.filter((table) => !isAside(table));

/** It stands beside a table, for which a run has put it there. */
export const isAside = ({ table, upstream }: TargetTableReading): boolean => isBeside({ name: table, upstream });

/** By how many columns there are: copies that are committed and well, and have fewer than one made now would have. */
export function lacking(source: SourceReading, { tables }: TargetReading): TargetTableReading[] {
  return standing(tables).filter(({ upstream, committed, error, columns }) => {
    const there = findIn(source.tables, upstream)?.columns;
    return committed === true && error === null && there !== undefined && columns !== undefined && there > columns;
  });
}
