/**
 * What Materialize says of changed tables since it names what changed (after v26.39). Such a text comes with the option
 * that makes a table which outlives the change.
 */

/** `"a \"b\""`, as Materialize quotes names. */
const NAME = String.raw`"(?:[^"\\]|\\.){0,400}"`;
/** Bounded, as all of it: a text may be long, and names in it are anybody's. */
const HEAD = String.raw`incompatible schema change on .{1,800}?: `;

export const KEY_CHANGED = new RegExp(
  String.raw`${HEAD}((?:PRIMARY KEY|UNIQUE) constraint (${NAME}) \(.{0,2000}?\)) was ((?:dropped|dropped and recreated|renamed or recreated) upstream|renamed upstream to (${NAME}))`,
);
export const NOT_NULL_DROPPED = new RegExp(
  String.raw`${HEAD}the (NOT NULL constraint on column ${NAME}) was dropped upstream`,
);
export const COLUMN_CHANGED = new RegExp(
  String.raw`${HEAD}((?:column ${NAME} (?:was dropped or renamed|changed position|was altered)|the type of column ${NAME} changed) upstream)`,
);

const unquoted = (name: string): string => name.slice(1, -1).replace(/\\(.)/g, '$1');
const literal = (name: string): string => `'${unquoted(name).replaceAll("'", "''")}'`;

/** What changed, by name, and the option that outlives it; empty for any other text. */
export function changeNamed(text: string | null): string {
  if (text === null) return '';
  const [, key, name = '""', what, renamed] = KEY_CHANGED.exec(text) ?? [];
  const outlives = (option: string) => `, which a table made WITH (${option}) outlives`;
  if (key !== undefined) {
    return `: ${key} was ${what}${outlives(`EXCLUDE CONSTRAINTS (${literal(renamed ?? name)})`)}`;
  }
  const [, column] = NOT_NULL_DROPPED.exec(text) ?? [];
  if (column !== undefined) return `: ${column} was dropped upstream${outlives('EXCLUDE ALL CONSTRAINTS')}`;
  const [, other] = COLUMN_CHANGED.exec(text) ?? [];
  return other === undefined ? '' : `: ${other}`;
}
