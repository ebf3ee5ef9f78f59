import { doneTwice, type Life } from './twice';

/** Of one execution; far above what these runs need, so that only what repeats itself passes it. */
export const BOUND = { events: 1_000, bytes: 2 * 1024 * 1024 };

export interface History {
  workflowId: string;
  events: number;
  bytes: number;
}

/** What was read of a pipeline whose file stands. */
export interface Standing {
  /** Steps that a plan would do. */
  changes: string[];
  /** Kind and name of what the file asks for, and of what is there, both sides. */
  wanted: string[];
  objects: string[];
  /** Count and checksum of each table. */
  upstream: Record<string, unknown>;
  target: Record<string, unknown>;
  verify: { code: number; said: string };
}

/** What was read of a pipeline that was destroyed. */
export interface Gone {
  before: unknown;
  catalogs: unknown;
  schedules: string[];
}

/** What was read of a pipeline and its world once everything was calm. */
export interface Ending {
  /** What the application was refused, or waited for longer than it may have to. */
  refused: string[];
  /** Runs that still hold the pipeline. */
  running: string[];
  /** Advisory locks and prepared transactions upstream. */
  locks: string[];
  histories: History[];
  /** What was made, life by life. */
  lives: Life[];
  standing: Standing | null;
  gone: Gone | null;
}

/** What is not as it must be; a line each. */
export function problemsIn(ending: Ending): string[] {
  const { refused, running, locks, lives, histories, standing, gone } = ending;
  return [
    ...refused.map((failure) => `the application was refused: ${failure}`),
    ...running.map((id) => `still holds the pipeline: ${id}`),
    ...locks.map((lock) => `still held upstream: ${lock}`),
    ...lives.flatMap(doneTwice),
    ...overBound(histories),
    ...(standing ? unlikeTheFile(standing) : []),
    ...(gone ? leftBehind(gone) : []),
    ...(standing || gone ? [] : ['nobody looked whether it stands or is gone']),
  ];
}

/** A history that nobody could read would pass any bound. */
export function overBound(histories: readonly History[]): string[] {
  if (histories.length === 0) return ['no history was read'];
  return histories
    .filter(({ events, bytes }) => events > BOUND.events || bytes > BOUND.bytes)
    .map(({ workflowId, events, bytes }) => `${workflowId} has ${events} events and ${bytes} bytes`);
}

export function unlikeTheFile({ changes, wanted, objects, upstream, target, verify }: Standing): string[] {
  const times = (all: readonly string[], one: string) => all.filter((other) => other === one).length;
  const tables = new Set([...Object.keys(upstream), ...Object.keys(target)]);
  const differs = (table: string) => JSON.stringify(upstream[table]) !== JSON.stringify(target[table]);
  return [
    ...changes.map((id) => `a plan would still do ${id}`),
    ...wanted.filter((one) => !objects.includes(one)).map((one) => `missing: ${one}`),
    ...[...new Set(objects)].flatMap((one) => {
      const count = times(objects, one);
      if (!wanted.includes(one)) return [`no file asks for ${one}`];
      return count > 1 ? [`${count} times: ${one}`] : [];
    }),
    ...(tables.size === 0 ? ['no table was compared'] : []),
    ...[...tables]
      .filter(differs)
      .map((table) => `${table} is ${JSON.stringify(upstream[table])} here and ${JSON.stringify(target[table])} there`),
    ...(verify.code === 0 ? [] : [`n2m verify ended with ${verify.code}: ${verify.said}`]),
  ];
}

/** What a destroy brings back, it brought back: every line that is in one of both catalogs and not in the other. */
export function leftBehind({ before, catalogs, schedules }: Gone): string[] {
  const [then, now] = [lines(before), lines(catalogs)];
  return [
    ...without(now, then).map((line) => `left behind: ${line}`),
    ...without(then, now).map((line) => `not brought back: ${line}`),
    ...schedules.map((id) => `left behind: schedule ${id}`),
  ];
}

/** Lines that the others do not have, or not as often. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Every value of a tree with the path to it, rows of a list by their text, so that another order is no difference. */
function lines(tree: unknown, path = ''): string[] {
  if (Array.isArray(tree)) return tree.map((row) => `${path} ${JSON.stringify(row)}`);
  if (typeof tree !== 'object' || tree === null) return [`${path} ${JSON.stringify(tree)}`];
  return Object.entries(tree).flatMap(([key, value]) => lines(value, path === '' ? key : `${path}.${key}`));
}
