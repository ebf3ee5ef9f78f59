import { Client } from 'pg';
import { until } from './until';
import type { World } from './world';

/** What the transaction calls itself, as a person's console would. */
export const HOLDER = 'a forgotten console';

/**
 * Opens a transaction that the copy's slot has to wait for, while the run makes its publication: a gate keeps it at
 * that statement until the transaction is open. Earlier, Neon drops every session, for logical replication and for
 * the role; later, the copy may be over. Resolves once it is open, with what ends it; there must be a run on its way.
 */
export async function holdUpCopy(world: World): Promise<() => Promise<void>> {
  const holder = new Client({ connectionString: world.upstreamUrl(), application_name: HOLDER });
  holder.on('error', () => undefined);
  const making = `SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'CREATE PUBLICATION%'`;
  await until(async () => {
    const { rows } = await world.upstream((client) => client.query(making));
    return rows.length > 0 ? true : undefined;
  }, 'the publication to be made');
  await holder.connect();
  await holder.query('BEGIN; SELECT pg_current_xact_id()');
  return async () => {
    await holder.query('COMMIT');
    await holder.end();
  };
}

/** Keeps every CREATE PUBLICATION of the world's database waiting until `holdUpCopy` has opened its transaction. */
export async function gatePublication(world: World): Promise<void> {
  await world.upstream((client) =>
    client.query(`CREATE FUNCTION gate() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
      WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = '${HOLDER}' AND backend_xid IS NOT NULL) LOOP
        PERFORM pg_sleep(0.02); PERFORM pg_stat_clear_snapshot();
      END LOOP; END $$;
      CREATE EVENT TRIGGER gate ON ddl_command_start WHEN TAG IN ('CREATE PUBLICATION') EXECUTE FUNCTION gate()`),
  );
}
