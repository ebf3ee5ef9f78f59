import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findTemporal } from '../../../local/temporal/binary';
import type { Diagnosis } from '../../../src/cli/render/doctor';
import type { Examination } from '../../../src/core/examine/types';
import { until } from '../support/until';
import type { World } from '../support/world';

const run = promisify(execFile);
const ROOT = join(__dirname, '..', '..', '..');

/** Servers wait for minutes before they look whether a version has drained; tests do not. */
export const DRAINS_SOON = {
  'matching.wv.VersionDrainageStatusVisibilityGracePeriod': '1s',
  'matching.wv.VersionDrainageStatusRefreshInterval': '1s',
};

/** WORKER_DEPLOYMENT_VERSION_STATUS_… */
const STATUS = ['unspecified', 'inactive', 'current', 'ramping', 'draining', 'drained'] as const;
export type Status = (typeof STATUS)[number];

const BEFORE = "tracker.phase('setting-up');";
/** Another order of the same run: histories of the one are refused by the other. */
const AFTER = `await (0, workflow_1.sleep)(10);\n        ${BEFORE}`;

/** The package with workflows whose histories this checkout's cannot take up, nor they its; `at` is removed by whoever asked. */
export async function otherBuild(): Promise<{ at: string }> {
  const at = await mkdtemp(join(tmpdir(), 'n2m-build-'));
  await mkdir(join(at, 'lib'));
  await cp(join(ROOT, 'lib'), join(at, 'lib'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(at, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(at, 'node_modules'));
  const bundle = join(at, 'lib', 'workflow-bundle.js');
  const code = await readFile(bundle, 'utf8');
  const inReplicate = code.indexOf(BEFORE, code.indexOf('async function replicate('));
  if (inReplicate < 0) throw new Error('the bundle has no such place any more');
  await writeFile(bundle, code.slice(0, inReplicate) + AFTER + code.slice(inReplicate + BEFORE.length));
  return { at };
}

/** The versions of one world's workers, as the server knows them. */
export class Builds {
  readonly deployment: string;
  constructor(private readonly world: World) {
    this.deployment = `n2m-${world.name}`;
  }

  /** What a worker's environment says of its build; made by the worker itself where none is given. */
  env(buildId?: string): Record<string, string> {
    return { N2M_DEPLOYMENT: this.deployment, ...(buildId === undefined ? {} : { N2M_BUILD_ID: buildId }) };
  }

  /** As the documentation says, once the server has seen the workers on each task queue. */
  async setCurrent(buildId: string): Promise<void> {
    const named = this.named(buildId);
    await until(
      () => this.temporal('worker', 'deployment', 'set-current-version', ...named, '--yes'),
      `${buildId} to be the current version`,
    );
  }

  /** What the program says of a version. */
  async described(buildId: string): Promise<string> {
    const named = this.named(buildId);
    return this.temporal('worker', 'deployment', 'describe-version', ...named);
  }

  private named(buildId: string): string[] {
    return ['--deployment-name', this.deployment, '--build-id', buildId];
  }

  private async temporal(...args: string[]): Promise<string> {
    const { path } = await findTemporal();
    const { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE } = this.world.env;
    const { stdout } = await run(path, args, { env: { ...process.env, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE } });
    return stdout;
  }

  /** Asks workers that are given nothing yet, as the Worker Controller's gate does. */
  async gate(buildId: string): Promise<Examination> {
    const { temporal, taskQueue } = this.world;
    const handle = await until(
      () =>
        temporal.workflow.start('examine', {
          ...{ taskQueue, workflowId: `gate-${this.deployment}-${buildId}`, args: [{ spec: null }] },
          versioningOverride: { pinnedTo: { deploymentName: this.deployment, buildId } },
        }),
      `${buildId} to be asked`,
    );
    return (await handle.result()) as Examination;
  }

  /** What the doctor says of builds. */
  async diagnosed(): Promise<Diagnosis[]> {
    const { stdout } = await this.world.n2m(['doctor', '--output', 'json']);
    const { lines } = JSON.parse(stdout) as { lines: Diagnosis[] };
    return lines.filter(({ what }) => what === 'builds');
  }

  async status(buildId: string): Promise<Status | undefined> {
    const { workflowService } = this.world.temporal.connection;
    const { workerDeploymentInfo } = await workflowService.describeWorkerDeployment({
      ...{ namespace: this.world.env.TEMPORAL_NAMESPACE, deploymentName: this.deployment },
    });
    const found = workerDeploymentInfo?.versionSummaries?.find(
      ({ deploymentVersion }) => deploymentVersion?.buildId === buildId,
    );
    return found && STATUS[Number(found.status)];
  }

  untilStatus(buildId: string, status: Status): Promise<true> {
    return until(
      async () => ((await this.status(buildId)) === status ? true : undefined),
      `${buildId} to be ${status}`,
    );
  }

  /** Which builds took up a workflow, each once, in order; '' for workers without one. */
  async of(workflowId: string, runId?: string): Promise<string[]> {
    const { events } = await this.world.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    const builds = (events ?? []).flatMap(({ workflowTaskCompletedEventAttributes: task }) =>
      task ? [task.deploymentVersion?.buildId ?? ''] : [],
    );
    return builds.filter((build, index) => build !== builds[index - 1]);
  }

  /** Builds that took up what began after a moment and ended well, of one type. */
  async ofSince(type: string, since: number): Promise<string[]> {
    const { world } = this;
    const listed = world.temporal.workflow.list({
      query: `WorkflowType = '${type}' AND TaskQueue = '${world.taskQueue}' AND ExecutionStatus = 'Completed'`,
    });
    const builds: string[] = [];
    for await (const { workflowId, runId, startTime } of listed)
      if (startTime.getTime() > since) builds.push(...(await this.of(workflowId, runId)));
    return [...new Set(builds)];
  }

  /** Waits until something of a type began and ended well, and gives what took it up. */
  firstSince(type: string, since: number): Promise<string[]> {
    return until(async () => {
      const builds = await this.ofSince(type, since);
      return builds.length > 0 ? builds : undefined;
    }, `a ${type}`);
  }
}
