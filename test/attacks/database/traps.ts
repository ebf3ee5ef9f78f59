import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a trap says in the server's log when it runs: which one, and as whom. */
export const TRAPPED = /N2M-TRAP \[([^\]]+)\] as (\S+)/;

const SOURCES = join(__dirname, '..', '..', '..', 'src');

/** Every function of the catalog that n2m calls. */
const CALLED = [
  ...new Set(
    readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [...readFileSync(join(SOURCES, name), 'utf8').matchAll(/pg_catalog\.(\w+)\(/g)])
      .map(([, name = '']) => name),
  ),
];

const TRAP = `CREATE FUNCTION public.n2m_trap(what pg_catalog.text) RETURNS pg_catalog.bool LANGUAGE plpgsql AS
  $$ BEGIN RAISE LOG 'N2M-TRAP [%] as %', what, current_user; RETURN true; END $$`;

const trap = (what: string): string => `public.n2m_trap('${what}')`;

const sprung = (what: string, returns: string, value = 'NULL'): string =>
  `RETURNS ${returns} LANGUAGE plpgsql AS $f$ BEGIN PERFORM ${trap(what)}; RETURN ${value}; END $f$`;

/** Runs a statement for each row of a query, passes over what cannot be made, and insists on some. */
const forEach = (rows: string, statement: string, atLeast: number): string => `DO $do$
DECLARE one record; made int := 0;
BEGIN
  FOR one IN ${rows} LOOP
    BEGIN EXECUTE ${statement}; made := made + 1; EXCEPTION WHEN OTHERS THEN NULL; END;
  END LOOP;
  IF made < ${atLeast} THEN RAISE 'only % of them could be made', made; END IF;
END $do$`;

const BETTER = 'a function that fits better than the catalog’s: json_build_object(text, boolean, …)';
const TEXT = 'a function that takes text for a name: obj_description(oid, text)';
const SAME = 'every function n2m calls, with the same arguments';
const OPERATOR = 'operators for the types that n2m compares';
const DOMAIN = 'domains with a check, by the names of the types that n2m casts to';
const VIEW = 'views by the names of the catalog: pg_publication, pg_class, …';

const OPERANDS = ['name', 'text', 'oid', '"char"', 'jsonb', 'pg_lsn', 'xid', 'timestamptz', 'bool', 'int4', 'int8'];
const OPERATORS = ['=', '<>', '~', '!~', '~~', '->', '->>', '-', '||', '<', '>'];

/** Everything a role can put into `public` under a name that n2m's statements use, by what the list of tries calls it. */
export const TRAPS = {
  [BETTER]: [
    ...[1, 2, 3, 4].map((pairs) => {
      const types = new Array<string>(pairs).fill('pg_catalog.text, pg_catalog.bool').join(', ');
      return `CREATE FUNCTION public.json_build_object(${types}) ${sprung(BETTER, 'pg_catalog.json', `'{}'`)}`;
    }),
  ],
  [TEXT]: ['obj_description', 'shobj_description'].map(
    (name) => `CREATE FUNCTION public.${name}(pg_catalog.oid, pg_catalog.text) ${sprung(TEXT, 'pg_catalog.text')}`,
  ),
  [SAME]: [
    forEach(
      `SELECT proname, pg_get_function_identity_arguments(oid) AS arguments, pg_get_function_result(oid) AS result, proretset
       FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f'
         AND proname IN (${CALLED.map((name) => `'${name}'`).join(', ')})`,
      `format($f$CREATE FUNCTION public.%I(%s) RETURNS %s LANGUAGE plpgsql AS
        $b$ BEGIN PERFORM ${trap(SAME)}; RETURN %s; END $b$ $f$,
        one.proname, one.arguments, one.result, CASE WHEN one.proretset THEN '' ELSE 'NULL' END)`,
      25,
    ),
  ],
  [OPERATOR]: [
    forEach(
      `SELECT l, r, o, row_number() OVER () AS n, coalesce((SELECT p.oprresult::regtype::text FROM pg_operator p
         WHERE p.oprname = o AND p.oprleft = l::regtype AND p.oprright = r::regtype
           AND p.oprnamespace = 'pg_catalog'::regnamespace), 'bool') AS result
       FROM unnest(ARRAY[${OPERANDS.map((type) => `'${type}'`).join(', ')}]) l,
            unnest(ARRAY[${OPERANDS.map((type) => `'${type}'`).join(', ')}]) r,
            unnest(ARRAY[${OPERATORS.map((sign) => `'${sign}'`).join(', ')}]) o`,
      `format($f$CREATE FUNCTION public.operator_%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS
         $b$ BEGIN PERFORM ${trap(OPERATOR)}; RETURN NULL; END $b$;
         CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.operator_%s)$f$,
         one.n, one.l, one.r, one.result, one.o, one.l, one.r, one.n)`,
      500,
    ),
  ],
  [DOMAIN]: ['oid', 'name', 'jsonb', 'text'].map(
    (type) => `CREATE DOMAIN public.${type} AS pg_catalog.${type} CHECK (${trap(DOMAIN)})`,
  ),
  [VIEW]: [
    forEach(
      `SELECT c.relname, (SELECT attname FROM pg_attribute a WHERE a.attrelid = c.oid AND attnum > 0 ORDER BY attnum LIMIT 1) AS first
       FROM pg_class c WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v')`,
      `format($f$CREATE VIEW public.%1$I AS SELECT c.* FROM pg_catalog.%1$I c
         WHERE ${trap(VIEW)}; GRANT SELECT ON public.%1$I TO PUBLIC$f$, one.relname)`,
      80,
    ),
  ],
} as const satisfies Record<string, readonly string[]>;

/** One of them alone. */
export const layTrap = (name: keyof typeof TRAPS): readonly string[] => [TRAP, ...TRAPS[name]];

/** All of them as the connected role, the domains last: names of types in what comes before mean the catalog's. */
export const layTraps: readonly string[] = [TRAP, ...Object.values(TRAPS).flat()];
