import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createActivities, type Deps } from '../../src/activities';
import { CALLERS, inputsEdge } from '../../src/activities/edges/callers';
import { REGISTRY } from '../../src/activities/registry';
import { activity } from '../../src/activities/support/activity';
import { file } from '../../src/activities/support/inputs';
import { OBJECTS } from '../../src/core/objects';

const names = [...REGISTRY.keys()];

/** What nobody has to call; all else is held to its callers. */
const READS = [
  'makePlan',
  'planDestroy',
  'planRotate',
  'planRepair',
  'keepDefinitions',
  'examine',
  'lookForOwed',
  'lookUp',
];
const COMPARES = ['verifyTables'];
const WAITS = ['awaitRunning', 'awaitSnapshot', 'check'];

it('gives the worker every activity that a module declares, and nothing else that it exports', () => {
  expect(Object.keys(createActivities({} as Deps))).toEqual(names);
  expect(names).not.toEqual(expect.arrayContaining(['storeSecret']));
});

it('says of each either that it reads, or who calls it', () => {
  const reading = names.filter((name) => REGISTRY.get(name)?.declared.reads);
  expect(reading.sort()).toEqual([...READS, ...COMPARES, ...WAITS].sort());
  for (const name of names) {
    const declared = REGISTRY.get(name)?.declared;
    expect([name, declared?.reads || (declared?.callers ?? []).length > 0]).toEqual([name, true]);
  }
});

it('has the activity of every step and removal of the guide, each held to its callers unless it waits', () => {
  const steps = OBJECTS.flatMap((object) => object.steps.flatMap((step) => step.activity ?? []));
  const removals = OBJECTS.flatMap(({ removals = [] }) => removals.map((removal) => removal.activity));
  expect([...steps, ...removals].filter((name) => !REGISTRY.has(name))).toEqual([]);
  expect(steps.filter((name) => !WAITS.includes(name) && !CALLERS[name]?.includes('replicate'))).toEqual([]);
  expect(removals.filter((name) => !CALLERS[name]?.includes('destroyReplication'))).toEqual([]);
});

it('lets nobody call what changes something and names no callers', () => {
  const careless = activity({ input: file } as never, () => Promise.resolve());
  expect(careless.declared).toMatchObject({ reads: false, callers: [] });
});

it.each(['dropEverything', 'constructor'])('lets nobody call %s, which no module declares', async (activityType) => {
  const quiet = new DefaultLogger('ERROR');
  const deps = { workflows: {} as never, taskQueue: 'n2m' };
  const options = { interceptors: [inputsEdge(deps)], logger: quiet };
  const environment = new MockActivityEnvironment({ activityType }, options);
  await expect(environment.run(() => Promise.resolve('done'))).rejects.toThrow(/no module declares it/);
});
