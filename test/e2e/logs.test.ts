import { until } from './support/until';
import { World } from './support/world';

jest.setTimeout(120_000);

let world: World;
beforeAll(async () => {
  world = await World.start({ neon: { sampleOrders: 10 }, env: { N2M_LOG_FORMAT: 'json' } });
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
  const lines = await until(async () => {
    const said = world.log.join('').split('\n').slice(0, -1);
    return said.some((line) => line.includes('Failing workflow task')) ? said : undefined;
  }, 'a line of the native part');
  await workflow.terminate('seen');
  const parsed = lines.map((line) => JSON.parse(line) as Line);
  expect(parsed.every(({ time, level, message }) => Boolean(time && level && message))).toBe(true);
  expect(parsed.some(({ level, message }) => level === 'WARN' && message.includes('Failing workflow task'))).toBe(true);
});
