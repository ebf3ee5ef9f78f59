import { quoteIdent, quoteLiteral } from './quote';

/**
 * What a partition may hold, as `pg_get_partition_constraintdef` prints it, put into words that Materialize understands. Only
 * comparisons of columns with literals of types that both servers order alike; a text of upstream is never sent on.
 */

const TYPES: Record<string, string> = {
  date: 'date',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  smallint: 'smallint',
  integer: 'integer',
  bigint: 'bigint',
  uuid: 'uuid',
  text: 'text',
};

interface Comparison {
  column: string;
  operator: '=' | '<' | '>=';
  /** Quoted, with its type. */
  value: string;
}

/** More are no use to a query. */
const MOST = 100;

/** The condition for rows that are in none of these partitions; null where it cannot be said. `refused`: columns that are not as upstream. */
export function outside(constraints: readonly string[], refused: readonly string[]): string | null {
  const bounds: Comparison[][] = [];
  for (const constraint of constraints) {
    const bound = boundOf(constraint);
    if (bound === null || bound.some(({ column }) => refused.includes(column))) return null;
    bounds.push(bound);
  }
  const inside = merged(bounds).map((bound) => `(${bound.map(textOf).join(' AND ')})`);
  if (inside.length > MOST) return null;
  return inside.length === 0 ? 'true' : `NOT (${inside.join(' OR ')})`;
}

const textOf = ({ column, operator, value }: Comparison): string => `${quoteIdent(column)} ${operator} ${value}`;

/** Ranges of one column that follow each other are one. */
function merged(bounds: Comparison[][]): Comparison[][] {
  const ranges = new Map<string, Comparison[]>();
  const others: Comparison[][] = [];
  for (const bound of bounds) {
    const [lower, upper] = bound;
    if (bound.length === 2 && lower?.operator === '>=' && upper?.operator === '<' && lower.column === upper.column)
      ranges.set(textOf(lower), bound);
    else others.push(bound);
  }
  for (const [start, bound] of ranges) {
    const [lower, last] = bound as [Comparison, Comparison];
    let upper = last;
    for (;;) {
      const next = textOf({ ...upper, operator: '>=' });
      const following = ranges.get(next);
      if (!following || next === start) break;
      ranges.delete(next);
      [, upper] = following as [Comparison, Comparison];
    }
    ranges.set(start, [lower, upper]);
  }
  return [...ranges.values(), ...others];
}

const COLUMN = `("(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)`;
const LITERAL = `(?:(-?\\d+)|'((?:[^']|'')*)'::([a-z ]+))`;
const NOT_NULL = new RegExp(`^\\(${COLUMN} IS NOT NULL\\)$`);
const COMPARISON = new RegExp(`^\\((?:${COLUMN}|\\(${COLUMN}\\)::text) (=|<|>=) ${LITERAL}\\)$`);

function boundOf(constraint: string): Comparison[] | null {
  const bound: Comparison[] = [];
  for (const term of terms(constraint)) {
    if (NOT_NULL.test(term)) continue;
    const match = COMPARISON.exec(term);
    if (!match) return null;
    const [, plain, cast, operator, number, literal, typeName = 'bigint'] = match;
    const type = TYPES[typeName.trim()];
    // How texts are ordered is the collation's.
    if (type === undefined || (type === 'text' && operator !== '=')) return null;
    const column = plain ?? cast ?? '';
    bound.push({
      column: column.startsWith('"') ? column.slice(1, -1).replaceAll('""', '"') : column,
      operator: operator as Comparison['operator'],
      value: number ?? `${quoteLiteral((literal ?? '').replaceAll("''", "'"))}::${type}`,
    });
  }
  return bound.length === 0 ? null : bound;
}

/** The parts of a conjunction, each in its parentheses; one that is none is one part. */
function terms(constraint: string): string[] {
  const inner = /^\(\(.*\)\)$/.test(constraint) ? constraint.slice(1, -1) : constraint;
  const parts: string[] = [];
  let depth = 0;
  let quote: string | null = null;
  let start = 0;
  for (let at = 0; at < inner.length; at += 1) {
    const sign = inner[at] ?? '';
    if (quote !== null) {
      if (sign === quote) quote = null;
    } else if (sign === "'" || sign === '"') quote = sign;
    else if (sign === '(') depth += 1;
    else if (sign === ')') depth -= 1;
    if (depth === 0 && quote === null && inner.startsWith(' AND ', at + 1)) {
      parts.push(inner.slice(start, at + 1));
      start = at + 6;
    }
  }
  parts.push(inner.slice(start));
  return parts;
}
