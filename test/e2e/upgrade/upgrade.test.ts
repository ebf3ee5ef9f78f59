import type { ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { startTemporal, type TemporalServer } from '../../../local/temporal/server';
import type { StatusDocument } from '../../../src/cli/render/status-document';
import type { Diagnosis } from '../../../src/cli/render/doctor';
import { runId } from '../../../src/core/names';
import { Builds, DRAINS_SOON, otherBuild } from './builds';
import { untilEqual } from '../support/compare';
import { gatePublication, holdUpCopy } from '../support/hold-up';
import { ended, planned } from '../support/live';
import { until } from '../support/until';
import { World, type Ran } from '../support/world';
import { version } from '../../../package.json';

jest.setTimeout(600_000);

let server: TemporalServer;
let other: { at: string };
let given: NodeJS.ProcessEnv;
beforeAll(async () => {
  given = { ...process.env };
  server = await startTemporal({ dynamicConfig: DRAINS_SOON });
  process.env.N2M_TEST_TEMPORAL_ADDRESS = server.address;
  process.env.N2M_TEST_TEMPORAL_NAMESPACE = server.namespace;
  other = await otherBuild();
});
afterAll(async () => {
  process.env.N2M_TEST_TEMPORAL_ADDRESS = given.N2M_TEST_TEMPORAL_ADDRESS;
  process.env.N2M_TEST_TEMPORAL_NAMESPACE = given.N2M_TEST_TEMPORAL_NAMESPACE;
  await server?.stop();
  if (other) await rm(other.at, { recursive: true });
});

interface Copying {
  file: string;
  /** Lets the copy go on, and gives how the command ended. */
  letGo: () => Promise<Ran>;
}

/** A run in the middle of its first copy: a transaction upstream holds it there. */
async function copying(world: World): Promise<Copying> {
  const file = await world.write();
  await gatePublication(world);
  const applied = world.n2m(['apply', file, '--yes']);
  const end = await holdUpCopy(world);
  const handle = world.temporal.workflow.getHandle(runId(world.name));
  await until(async () => {
    const { raw } = await handle.describe();
    return raw.pendingActivities?.some(({ activityType }) => activityType?.name === 'awaitSnapshot') || undefined;
  }, 'the copy to be waited for');
  return { file, letGo: () => end().then(() => applied) };
}

async function look(world: World): Promise<StatusDocument> {
  return JSON.parse(await ended(world, ['status', world.name, '--output', 'json'])) as StatusDocument;
}

const line = (state: Diagnosis['state'], detail: string) =>
  expect.objectContaining({ state, detail: expect.stringContaining(detail) as string }) as Diagnosis;

/** Both ways: the workers of `old` have a run, those of `fresh` become current, the run ends on `old`, and all else moves. */
async function moves(
  world: World,
  [old, fresh]: [string, string],
  start: (build: string) => Promise<ChildProcess>,
): Promise<void> {
  const builds = new Builds(world);
  const before = await start(old);
  await builds.setCurrent(old);
  const { file, letGo } = await copying(world);

  await start(fresh);
  expect(await builds.gate(fresh)).toMatchObject({ version });
  expect(await builds.diagnosed()).toEqual([
    line('ok', `what begins goes to build ${old}`),
    line('warning', `nothing is sent to build ${fresh}`),
  ]);
  await builds.setCurrent(fresh);
  const moved = Date.now();
  // A plan is made by the new ones at once, while the run is open on the old ones.
  await planned(world, file);
  expect(await builds.firstSince('planReplication', moved)).toEqual([fresh]);
  expect(await builds.status(old)).toBe('draining');
  expect(await builds.diagnosed()).toEqual([
    line('ok', `build ${old} of ${builds.deployment} ends what began on it: 1 run`),
  ]);

  const { code, stderr } = await letGo();
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  expect(await builds.of(runId(world.name))).toEqual([old]);
  await builds.untilStatus(old, 'drained');
  expect(await builds.described(old)).toMatch(/drained/i);
  expect(await builds.diagnosed()).toEqual([line('ok', 'has drained: its workers can be stopped')]);
  const stopped = Date.now();
  await world.stopWorker(before);

  expect(await builds.firstSince('checkReplication', stopped)).toEqual([fresh]);
  // What closed on workers that are gone is still told of, and the next run begins on those that are there.
  expect((await look(world)).verdict).toBe('healthy');
  await ended(world, ['apply', file, '--yes']);
  expect(await builds.of(runId(world.name))).toEqual([fresh]);
  await untilEqual(world);
}

describe('workers are replaced in the middle of a first copy', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.stop());

  const start = (build: string) =>
    world.startWorker(undefined, { env: new Builds(world).env(build), from: build === 'b' ? other.at : undefined });

  it('by a new version: the run ends on the old one, checks and what begins go to the new one', () =>
    moves(world, ['a', 'b'], start));

  it('by the version before: the same, the other way round', () => moves(world, ['b', 'a'], start));

  it('by the first one that is a version: the run moves there and stays', async () => {
    const builds = new Builds(world);
    const before = await world.startWorker();
    const { letGo } = await copying(world);

    await world.startWorker(undefined, { env: builds.env() });
    const [found] = await until(async () => {
      const lines = await builds.diagnosed();
      expect(lines).toEqual([line('warning', 'is given nothing: all goes to workers without a build id')]);
      return lines;
    }, 'the doctor to see both');
    const [, build = ''] = /--build-id (\S+)$/.exec(found?.next ?? '') ?? [];
    expect(build).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{8}$/);
    await builds.setCurrent(build);
    const moved = Date.now();
    await world.stopWorker(before);

    const { code, stderr } = await letGo();
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(await builds.of(runId(world.name))).toEqual(['', build]);
    expect(await builds.firstSince('checkReplication', moved)).toEqual([build]);
    await untilEqual(world);
  });
});

describe('a server without Worker Versioning', () => {
  let without: TemporalServer;
  let world: World;
  beforeAll(async () => {
    without = await startTemporal({ dynamicConfig: { 'system.enableDeploymentVersions': false } });
    process.env.N2M_TEST_TEMPORAL_ADDRESS = without.address;
    world = await World.start();
  });
  afterAll(async () => {
    await world?.stop();
    await without?.stop();
  });

  it('is polled without a build id, and the worker says so', async () => {
    const builds = new Builds(world);
    await world.startWorker(undefined, { env: builds.env('a') });
    expect(world.log.join('')).toMatch(
      /WARN +this Temporal server has no Worker Versioning.*disabled on this namespace/,
    );
    expect(await builds.diagnosed()).toEqual([line('ok', 'workers poll without a build id')]);
    await planned(world, await world.write());
  });
});
