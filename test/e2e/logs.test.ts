import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../local/postgres/free-port';
import { until } from './support/until';
import { World } from './support/world';

jest.setTimeout(120_000);

let world: World;
let port: number;
beforeAll(async () => {
  port = await freePort();
  world = await World.start({
    neon: { sampleOrders: 10 },
    env: { N2M_LOG_FORMAT: 'json', N2M_METRICS_ADDRESS: `127.0.0.1:${port}` },
  });
  await world.startWorker();
});
afterAll(() => world.stop());

interface Line {
  time: string;
  level: string;
  message: string;
}

it('with N2M_LOG_FORMAT=json every line is a JSON object, also those of the native part of the SDK', async () => {
  const workflow = await world.temporal.workflow.start('noSuchWorkflow', {
    taskQueue: world.taskQueue,
    workflowId: `${world.name}-unknown`,
  });
  // The native part logs it and not the TypeScript one.
  const lines = await until(() => {
    const said = world.log.join('').split('\n').slice(0, -1);
    return said.some((line) => line.includes('Failing workflow task'))
      ? Promise.resolve(said)
      : Promise.resolve(undefined);
  }, 'a line of the native part');
  await workflow.terminate('seen');
  const parsed = lines.map((line) => JSON.parse(line) as Line);
  expect(parsed.every(({ time, level, message }) => Boolean(time && level && message))).toBe(true);
  expect(parsed.some(({ level, message }) => level === 'WARN' && message.includes('Failing workflow task'))).toBe(true);
});

it('tells Prometheus what the rules ask of the SDK, under the names they have there', async () => {
  const rules = readFileSync(join(__dirname, '../../ops/prometheus-alerts.yaml'), 'utf8');
  const asked = [...new Set(rules.match(/temporal_\w+/g))];
  expect(asked.length).toBeGreaterThan(2);
  // A check, so that an activity has run.
  await world.n2m(['doctor']);
  await until(async () => {
    const told = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(asked.filter((name) => !told.includes(`${name}{`))).toEqual([]);
    return true;
  }, 'the metrics');
});
