import { OBJECTS } from '../objects';
import { isBeside } from '../objects/beside/names';
import { droppedTable } from '../objects/source/rebuild';
import { ownChild, tableName } from '../objects/tables/select';
import type { DroppedTable } from '../plan/types';
import { tableErrorOf } from '../watch/errors/table-errors';
import { isLatched } from '../watch/latched';
import { readErrorOf } from '../watch/reads';
import type { Damage, Remedies, RepairLook } from './types';

const REMEDIES: readonly Remedies[] = OBJECTS.flatMap(({ repair = [] }) => repair);
const COPIES = REMEDIES.flatMap(({ copies = [] }) => copies);
const CONVERGES = REMEDIES.flatMap(({ converges = [] }) => converges);

/** Which remedy each symptom asks for. What no remedy knows is left to people: the symptom's own `next` says what. */
export function findDamage(look: RepairLook): Damage {
  const recreate = recreateReasons(look);
  const dead = recreate.length > 0 ? [] : deadTables(look);
  return {
    password: look.passwordRefused,
    recreate,
    dead,
    converge: [
      ...look.symptoms.filter(({ rule }) => CONVERGES.includes(rule)).map(({ cause }) => cause),
      ...REMEDIES.flatMap(({ converge }) => converge?.(look) ?? []),
    ],
  };
}

/** What the watch saw, else the first reason there is, from the source back. */
function recreateReasons(look: RepairLook): string[] {
  if (!look.source) return [];
  const lost = look.symptoms.filter((symptom) => REMEDIES.some(({ remakes }) => remakes?.(symptom)));
  if (lost.length > 0) return [...new Set(lost.map(({ cause }) => cause))];
  return (
    REMEDIES.toReversed()
      .map(({ remake }) => remake?.(look) ?? [])
      .find(({ length }) => length > 0) ?? []
  );
}

/**
 * Tables with a permanent error of their own (what the whole source suffers from shows on every table), those that the
 * watch tells of, and those that an object has a reason to copy again.
 */
function deadTables(look: RepairLook): DroppedTable[] {
  const { spec, source, target } = look;
  const readings = new Map(target.tables.map((table) => [table.id, table]));
  const told = toldOf(look);
  const reasons = REMEDIES.flatMap(({ copy }) => copy?.(look) ?? []);
  const children = source?.children ?? [];
  // What stands beside is an apply's to finish.
  const own = children.filter((child) => !isBeside(child) || ownChild(spec, children, child.upstream)?.id === child.id);
  return own.flatMap((child) => {
    const read = readings.get(child.id);
    const error = (read && readErrorOf(read)) ?? child.error;
    if (error !== null && error !== source?.error && tableErrorOf(error)?.permanent)
      return [droppedTable(spec, child, error)];
    let why = told(child);
    for (const reason of reasons) why ??= reason(child);
    return why === null ? [] : [droppedTable(spec, child, why)];
  });
}

/** Of many tables the watch says the first, and keeps which the others are. */
function toldOf({ symptoms, memory }: RepairLook): ReturnType<NonNullable<Remedies['copy']>> {
  const causes = new Map(
    symptoms.filter(({ rule }) => COPIES.includes(rule)).map(({ table, cause }) => [table, cause]),
  );
  return ({ id, upstream }) => {
    const latched = COPIES.find((rule) => isLatched(memory, rule, id));
    const one = latched === undefined ? undefined : symptoms.find(({ rule }) => rule === latched)?.cause;
    return causes.get(tableName(upstream)) ?? one ?? null;
  };
}
