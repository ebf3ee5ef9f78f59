import type { SourceFacts, SourceObjectFacts } from '../plan/facts';
import { isBeside } from '../objects/beside/names';
import { gone } from '../objects/tables/columns/copied';
import { findIn, isIn } from '../objects/tables/find';
import { ownChild, tableName } from '../objects/tables/select';
import { listed } from '../plan/context';
import { leftOutOf, publicationDifferences, tablesToPublish } from '../objects/publication/differences';
import { droppedTable } from '../objects/source/rebuild';
import type { DroppedTable } from '../plan/types';
import type { PipelineSpec } from '../spec/types';
import { isLatched } from '../watch/latched';
import { readErrorOf } from '../watch/reads';
import { tableErrorOf } from '../watch/errors/table-errors';
import { sourceError } from '../watch/source-errors';
import type { SourceReading, Symptom, TargetReading, WatchMemory } from '../watch/types';
import type { Damage } from './types';

export interface RepairLook {
  spec: PipelineSpec;
  symptoms: Symptom[];
  /** What the watch knows by now. */
  memory: WatchMemory | null;
  /** What the check read of both sides. */
  upstream: SourceReading;
  target: TargetReading;
  /** What a plan reads. */
  facts: SourceFacts;
  source: SourceObjectFacts | null;
  /** Materialize just tried to log in upstream and was refused its password. */
  passwordRefused: boolean;
}

const LOST = ['slot-lost', 'slot-missing', 'source-restored', 'server-restored', 'changes-left-out'];
const PUT_RIGHT = ['publication-missing', 'table-identity', 'source-missing'];

/** Their tables miss or have too much what nothing says to Materialize. */
const COPIED_AGAIN = ['table-narrowed', 'table-partitions'];

/** Which remedy each symptom asks for. What no remedy knows is left to people: the symptom's own `next` says what. */
export function findDamage(look: RepairLook): Damage {
  const recreate = recreateReasons(look);
  const dead = recreate.length > 0 ? [] : deadTables(look);
  return {
    password: look.passwordRefused,
    recreate,
    dead,
    converge: [
      ...look.symptoms.filter((symptom) => PUT_RIGHT.includes(symptom.rule)).map((symptom) => symptom.cause),
      ...publicationDamage(look),
    ],
  };
}

/** Materialize makes a lost slot again under its old name and then fails for ever: only a new source helps. */
function recreateReasons({ symptoms, source, upstream, facts }: RepairLook): string[] {
  if (!source) return [];
  const lost = symptoms.filter(
    ({ rule, severity }) => LOST.includes(rule) || (rule === 'publication-missing' && severity === 'terminal'),
  );
  if (lost.length > 0) return [...new Set(lost.map((symptom) => symptom.cause))];
  // Without a memory of the slot: what was copied proves that there was one.
  const { slot } = upstream;
  const copied = source.children.some((child) => child.committed);
  if (source.slot !== null && slot.slot === source.slot && !slot.exists && copied) {
    return [`slot ${source.slot} is gone from the server`];
  }
  const { operations } = leftOutOf(facts.publication, source);
  return operations.length > 0 ? [`publication ${facts.publication?.name} leaves out ${operations.join(', ')}`] : [];
}

/**
 * Tables with a permanent error of their own (what the whole source suffers from shows on every table), and tables that
 * left the publication: until Materialize notices, it misses their changes without a word.
 */
function deadTables({ spec, source, facts, symptoms, memory, target }: RepairLook): DroppedTable[] {
  const unpublished = facts.publication ? tablesToPublish(facts.tables, facts.publication) : [];
  const narrow = leftOutOf(facts.publication, source).tables;
  const told = new Map(
    symptoms.filter(({ rule }) => COPIED_AGAIN.includes(rule)).map(({ table, cause }) => [table, cause]),
  );
  const readings = new Map(target.tables.map((table) => [table.id, table]));
  const children = source?.children ?? [];
  // What stands beside is an apply's to finish.
  const own = children.filter((child) => !isBeside(child) || ownChild(spec, children, child.upstream)?.id === child.id);
  return own.flatMap((child) => {
    const read = readings.get(child.id);
    const error = (read && readErrorOf(read)) ?? child.error;
    const permanent = error !== source?.error && tableErrorOf(error)?.permanent;
    if (error !== null && permanent) return [droppedTable(spec, child, error)];
    // Of many tables the watch says the first, and keeps which the others are.
    const latched = COPIED_AGAIN.find((rule) => isLatched(memory, rule, child.id));
    const seen =
      told.get(tableName(child.upstream)) ?? (latched && symptoms.find(({ rule }) => rule === latched)?.cause);
    if (seen !== undefined) return [droppedTable(spec, child, seen)];
    if (isIn(narrow, child.upstream))
      return [droppedTable(spec, child, `publication ${spec.source.publication} leaves out rows or columns of it`)];
    const table = findIn(facts.tables, child.upstream);
    const lost = table === null ? [] : gone(child, table);
    if (lost.length > 0) return [droppedTable(spec, child, `it lost ${listed(lost)} upstream`)];
    if (!isIn(unpublished, child.upstream)) return [];
    return [droppedTable(spec, child, `it is not in publication ${spec.source.publication} any more`)];
  });
}

/** The source was told that its password is wrong, lately or now; worth a try, as a flapping source says little. */
export function suspectsPassword({ source }: TargetReading): boolean {
  const texts = [source.error, ...source.stalledSince.map(({ error }) => error)];
  return texts.some((text) => sourceError(text)?.next?.includes('n2m rotate'));
}

/** Before Materialize notices: it looks every 15 s. */
function publicationDamage({ spec, source, facts }: RepairLook): string[] {
  const tables = (source?.children ?? [])
    .map((child) => child.upstream)
    .filter((upstream) => isIn(facts.tables, upstream));
  const found = facts.publication;
  if (!found) return source ? [`publication ${spec.source.publication} does not exist`] : [];
  const upstream = facts.tables.filter((table) => isIn(tables, table));
  const weak = upstream.filter((table) => table.replicaIdentity !== 'full');
  return [
    ...publicationDifferences(tables, found, upstream).map(({ text }) => `publication ${found.name}: ${text}`),
    ...weak.map((table) => `replica identity of ${tableName(table)}: ${table.replicaIdentity} → full`),
  ];
}
