/** Sets of object ids as a check remembers them: any number of tables in few bytes, exactly. */

/** Of so many runs: at 10,000 tables enough for every one but sets that are scattered all over. */
const MOST_RUNS = 2_000;

const NUMBERED = /^([a-z]*)(\d+)$/;

/** `u12-40 u57`: ids that follow each other are one run. Of more runs than are kept, those closest together become one. */
export function packIds(ids: Iterable<string>): string {
  const others: string[] = [];
  const numbers = new Map<string, Set<number>>();
  for (const id of ids) {
    const [, prefix = '', digits = ''] = NUMBERED.exec(id) ?? [];
    // What would not come back as it was: no id of Materialize's.
    if (digits === '' || String(Number(digits)) !== digits) others.push(JSON.stringify(id));
    else numbers.set(prefix, (numbers.get(prefix) ?? new Set()).add(Number(digits)));
  }
  const runs = [...numbers].flatMap(([prefix, all]) =>
    fewer(runsOf([...all].sort((a, b) => a - b))).map(([from, to]) =>
      from === to ? `${prefix}${from}` : `${prefix}${from}-${to}`,
    ),
  );
  return [...runs, ...others].join(' ');
}

type Run = [from: number, to: number];

function runsOf(sorted: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (const value of sorted) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] + 1 === value) last[1] = value;
    else runs.push([value, value]);
  }
  return runs;
}

/** Rather too many ids than too few: what is forgotten would be taken for well. */
function fewer(runs: Run[]): Run[] {
  if (runs.length <= MOST_RUNS) return runs;
  const gap = (at: number): number => (runs[at]?.[0] ?? 0) - (runs[at - 1]?.[1] ?? 0);
  const widest = runs
    .map((_, at) => at)
    .slice(1)
    .sort((a, b) => gap(b) - gap(a))
    .slice(0, MOST_RUNS - 1);
  const begins = new Set([0, ...widest]);
  return runs.reduce<Run[]>((kept, [from, to], at) => {
    const last = kept.at(-1);
    if (begins.has(at) || last === undefined) kept.push([from, to]);
    else last[1] = to;
    return kept;
  }, []);
}

/** Whether an id is among packed ones. */
export function unpacked(packed: string): (id: string) => boolean {
  const runs = new Map<string, Run[]>();
  const others = new Set<string>();
  for (const part of packed.match(/"(?:[^"\\]|\\.)*"|[^ ]+/g) ?? []) {
    const [, prefix, from = '', to = from] = /^([a-z]*)(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (prefix === undefined) others.add(JSON.parse(part) as string);
    else {
      const known = runs.get(prefix) ?? [];
      known.push([Number(from), Number(to)]);
      runs.set(prefix, known);
    }
  }
  return (id) => {
    const [, prefix, digits] = NUMBERED.exec(id) ?? [];
    const value = Number(digits);
    const among = prefix !== undefined && (runs.get(prefix) ?? []).some(([from, to]) => from <= value && value <= to);
    return among || others.has(id);
  };
}
