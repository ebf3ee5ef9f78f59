import type { Attacked } from '../start-workflows/started';
import { run } from '../start-workflows/started';

type Login = { user: string; password: string };

const COLUMNS = 'schema_name name, table_name name';
/** Reading a row of theirs runs it, as whoever reads. */
const TRAP = `CREATE FUNCTION _timescaledb_catalog.trap() RETURNS bool LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'TRAPPED as %', current_user; END $$`;

/** What TimescaleDB's tables are to n2m, made by somebody else. */
const MADE = {
  view: (name: string) => [
    `CREATE VIEW _timescaledb_catalog.${name} AS
       SELECT 'public'::name AS schema_name, 'orders'::name AS table_name WHERE _timescaledb_catalog.trap()`,
  ],
  table: (name: string) => [
    `CREATE TABLE _timescaledb_catalog.${name} (${COLUMNS})`,
    `INSERT INTO _timescaledb_catalog.${name} VALUES ('public', 'orders')`,
    `ALTER TABLE _timescaledb_catalog.${name} ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY trap ON _timescaledb_catalog.${name} USING (_timescaledb_catalog.trap())`,
  ],
};

/** Somebody who may create schemas makes the one that n2m looks for hypertables and chunks in. */
export function timescaleTries(world: () => Attacked, creator: Login) {
  const laid = (kind: keyof typeof MADE) => async (): Promise<void> => {
    const attacked = world();
    const planned = async (): Promise<unknown> => {
      const schemas = attacked.spec();
      const all = {
        ...schemas,
        source: { ...schemas.source, tables: { kind: 'schemas' as const, schemas: ['public'], aliases: [] } },
      };
      const [named, selected] = [
        await attacked.call('makePlan', { spec: schemas }),
        await attacked.call('makePlan', { spec: all }),
      ];
      return [named.findings, selected.findings, selected.steps];
    };
    // Policies hold for it, too.
    await attacked.upstream(['ALTER ROLE owner NOBYPASSRLS']);
    const before = await planned();
    const relations = ['hypertable', 'chunk'];
    await attacked.upstream(
      [
        'CREATE SCHEMA _timescaledb_catalog',
        TRAP,
        ...relations.flatMap(MADE[kind]),
        'GRANT USAGE ON SCHEMA _timescaledb_catalog TO PUBLIC',
        'GRANT SELECT ON ALL TABLES IN SCHEMA _timescaledb_catalog TO PUBLIC',
      ],
      'shop',
      creator,
    );
    try {
      expect(await planned()).toEqual(before);
      // It is a trap for whoever reads it, n2m's login too.
      for (const relation of relations) {
        const reads = `SELECT * FROM _timescaledb_catalog.${relation}`;
        await expect(run(owner(attacked), ['SET row_security = on', reads])).rejects.toThrow(/TRAPPED as owner/);
      }
    } finally {
      await attacked.upstream(['DROP SCHEMA _timescaledb_catalog CASCADE', 'ALTER ROLE owner BYPASSRLS']);
    }
  };
  return {
    'a view by the name of TimescaleDB’s own tables': laid('view'),
    'a table by that name, with a policy': laid('table'),
  };
}

const owner = (attacked: Attacked): string => attacked.env.N2M_SECRET_POSTGRES_URL ?? '';
