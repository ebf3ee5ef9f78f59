import { buildOn, dropTheSlot, slotOf, up } from '../../e2e/support/live';
import { until } from '../../e2e/support/until';
import type { Life, Scenario } from './scenario';

/** What goes wrong: a run that fails between two steps, one that is cancelled there, repairs of a table and of everything. */
export const brokenLife: Scenario = async (life) => {
  const { world } = life;
  await refusePublications(life);
  await life.n2m(['apply', await world.write(), '--yes'], [1]);
  await life.save('replicate-fails-in-a-step');
  await up(world, 'DROP EVENT TRIGGER refuse');

  await cancelInAStep(life);
  await life.apply();
  await buildOn(world, 'orders', 'status');
  await up(world, 'TRUNCATE events');
  await up(world, `INSERT INTO events (kind) VALUES ('after')`);
  await repair(life, /events stands still: it was truncated upstream/);
  await life.save('repair-makes-a-table-again');
  await dropTheSlot(world, await slotOf(world));
  await up(world, `INSERT INTO orders (customer_id, status, total) VALUES (1, 'new', 1)`);
  await repair(life, /slot (\S+ )?(is gone from the server|was lost)/);
  await life.save('repair-makes-the-source-again');
  // What is recorded under the name above is of code that could not be cancelled before the drop.
  await life.save('repair-looks-before-the-drop');
};

/** As a server does where the login lacks a right: that is permanent. */
export const refusePublications = ({ world }: Life): Promise<unknown> =>
  up(
    world,
    `CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
       RAISE EXCEPTION 'no table is published here' USING ERRCODE = '42501';
     END $$;
     CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('ALTER PUBLICATION') EXECUTE FUNCTION refuse()`,
  );

/** While the step's statement waits for what somebody holds. */
async function cancelInAStep(life: Life): Promise<void> {
  const { world } = life;
  await up(
    world,
    `CREATE TABLE held (); CREATE FUNCTION wait() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
       WHILE to_regclass('public.held') IS NOT NULL LOOP PERFORM pg_sleep(0.05); END LOOP;
     END $$;
     CREATE EVENT TRIGGER wait ON ddl_command_start WHEN TAG IN ('ALTER PUBLICATION') EXECUTE FUNCTION wait()`,
  );
  const applied = world.n2m(['apply', await world.write(), '--yes']);
  await life.until('the publication step', ({ steps }) =>
    steps.some(({ id, state }) => id === 'publication' && state === 'running'),
  );
  await life.n2m(['cancel', world.name]);
  await life.until('the cancellation', ({ cancelling }) => cancelling === true);
  await life.save('replicate-open-cancelled-in-a-step');
  await up(world, 'DROP TABLE held');
  await applied;
  await life.save('replicate-cancelled-in-a-step');
  await up(world, 'DROP EVENT TRIGGER wait');
}

/** Once a look sees the damage; where the run sees more than was approved, that, too. */
async function repair(life: Life, seen: RegExp): Promise<void> {
  const { name } = life.world;
  await until(async () => {
    const { stdout } = await life.world.n2m(['status', name, '--output', 'json']);
    return seen.test(stdout) || undefined;
  }, `status to say ${seen}`);
  await life.n2m(['repair', name, '--yes'], [0, 4]);
  const { status } = await life.run.describe();
  if (status.name !== 'RUNNING') return;
  await life.n2m(['approve', name, '--yes']);
  await life.run.result();
}
