import { isGrpcServiceError } from '@temporalio/client';
import { VERSIONED, withDeadline, type Temporal } from '../../temporal/client';
import { stayOn, type Build, type BuildState, type Routing } from './builds';

/** What the server answers of one: both names, or none where it has no version. */
type Version = { deploymentName?: string | null; buildId?: string | null } | null | undefined;

const buildOf = (version: Version): Build | null =>
  version?.deploymentName && version.buildId ? { deployment: version.deploymentName, build: version.buildId } : null;

/** WORKER_DEPLOYMENT_VERSION_STATUS_…, by their numbers. */
const STATES: (BuildState | undefined)[] = [undefined, 'inactive', 'current', 'ramping', 'draining', 'drained'];
/** gRPC's numbers: no such deployment; not to be listed by us; versions are off, or unknown to the server. */
const NOTHING_TO_TELL = [5, 7, 12];

/** A poller as the server lists it. */
export interface Poller {
  deploymentOptions?: {
    deploymentName?: string | null;
    buildId?: string | null;
    workerVersioningMode?: unknown;
  } | null;
}

/** Reads who polls and where the server sends what: pollers as they were listed, and each deployment that is named. */
export async function readRouting(temporal: Temporal, pollers: Poller[], current: Version): Promise<Routing> {
  const polls = pollers.map(({ deploymentOptions: options }) =>
    Number(options?.workerVersioningMode) === VERSIONED ? buildOf(options) : null,
  );
  const routed = buildOf(current);
  const names = new Set([...polls, routed].flatMap((one) => (one ? [one.deployment] : [])));
  const builds = await Promise.all([...names].map((name) => versionsOf(temporal, name)));
  return { polls, current: routed, builds: builds.flat() };
}

async function versionsOf(temporal: Temporal, deploymentName: string): Promise<Routing['builds']> {
  const { namespace, connection } = temporal;
  const answer = await withDeadline(temporal, () =>
    connection.workflowService.describeWorkerDeployment({ namespace, deploymentName }),
  ).catch((error: unknown) => {
    if (isGrpcServiceError(error) && NOTHING_TO_TELL.includes(error.code)) return null;
    throw error;
  });
  const summaries = [...(answer?.workerDeploymentInfo?.versionSummaries ?? [])].sort(
    (a, b) => Number(b.createTime?.seconds ?? 0) - Number(a.createTime?.seconds ?? 0),
  );
  return Promise.all(
    summaries.flatMap((summary) => {
      const build = buildOf(summary.deploymentVersion);
      const state = STATES[Number(summary.status)];
      return build && state ? [withRuns(temporal, { ...build, state })] : [];
    }),
  );
}

/** The server says `draining` for minutes after the last one ended; what is counted is true now. */
async function withRuns(
  { client, ...temporal }: Temporal,
  build: Omit<Routing['builds'][number], 'runs'>,
): Promise<Routing['builds'][number]> {
  if (build.state === 'drained' || build.state === 'inactive') return { ...build, runs: 0 };
  const { count } = await withDeadline(temporal, () => client.workflow.count(stayOn(build)));
  return { ...build, runs: count };
}
