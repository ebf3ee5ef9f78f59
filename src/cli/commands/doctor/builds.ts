import { plural } from '../../../core/text/count';
import type { Diagnosis } from '../../render/doctor';

/** A version of a Worker Deployment. */
export interface Build {
  deployment: string;
  build: string;
}

export type BuildState = 'inactive' | 'current' | 'ramping' | 'draining' | 'drained';

/** Who polls n2m's task queue, and where the server sends what. */
export interface Routing {
  /** Null: workers without a build id. */
  polls: (Build | null)[];
  /** Where what begins goes; null: to workers without a build id. */
  current: Build | null;
  /** Newest first; `runs` are open and stay on it. */
  builds: (Build & { state: BuildState; runs: number })[];
}

const same = (a: Build | null, b: Build | null): boolean => a?.deployment === b?.deployment && a?.build === b?.build;

const said = ({ deployment, build }: Build): string => `build ${build} of ${deployment}`;
const each = (builds: Build[]): string => builds.map(said).join(', ');
const runs = (count: number): string => plural(count, 'run');

/** Names are whatever somebody polled as; these are pasted into a shell. */
const word = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

const setCurrent = ({ deployment, build }: Build): string =>
  `temporal worker deployment set-current-version --deployment-name ${word(deployment)} --build-id ${word(build)}`;
const started = ({ deployment, build }: Build): string =>
  `start a worker with N2M_DEPLOYMENT=${word(deployment)} N2M_BUILD_ID=${word(build)}`;

/** Open runs that do not leave a version by themselves. */
export const stayOn = ({ deployment, build }: Build): string =>
  `TemporalWorkerDeploymentVersion = '${`${deployment}:${build}`.replaceAll("'", "''")}' AND ` +
  `TemporalWorkflowVersioningBehavior = 'Pinned' AND ExecutionStatus = 'Running'`;

/** What is to be said of versions: who takes what begins, who ends what began, and who waits for nobody. */
export function buildLines({ polls, current, builds }: Routing): Diagnosis[] {
  const polled = (one: Build | null): boolean => polls.some((other) => same(one, other));
  const line = (state: Diagnosis['state'], detail: string, next: string | null = null): Diagnosis[] => [
    { what: 'builds', state, detail, next },
  ];
  const unrouted = builds.filter((one) => one.state === 'inactive' && polled(one));
  const [newest] = unrouted;
  const left = builds
    .filter((one) => one.runs > 0 && !same(one, current) && !polled(one))
    .flatMap((one) =>
      line('warning', `${runs(one.runs)} began on ${said(one)}, and nobody polls as that: they wait`, started(one)),
    );

  if (current === null) {
    if (newest === undefined)
      return [...line('ok', 'workers poll without a build id: a run is taken up by whichever is there'), ...left];
    if (polled(null))
      return [
        ...line(
          'warning',
          `${each(unrouted)} is given nothing: all goes to workers without a build id`,
          setCurrent(newest),
        ),
        ...left,
      ];
    return [
      ...line('wrong', `nothing is sent to ${each(unrouted)}, and nobody else polls`, setCurrent(newest)),
      ...left,
    ];
  }

  const ending = builds.filter((one) => ['draining', 'drained'].includes(one.state) && polled(one));
  const details = [
    `what begins goes to ${said(current)}`,
    ...ending.map((one) => {
      if (one.state === 'drained') return `${said(one)} has drained: its workers can be stopped`;
      return one.runs > 0
        ? `${said(one)} ends what began on it: ${runs(one.runs)}`
        : `${said(one)} is about to be drained`;
    }),
  ];
  const other = newest ?? builds.find((one) => !same(one, current) && polled(one));
  return [
    ...(polled(current)
      ? line('ok', details.join('; '))
      : line(
          'wrong',
          `what begins goes to ${said(current)}, and nobody polls as that`,
          other ? setCurrent(other) : started(current),
        )),
    ...(polled(current) && newest
      ? line('warning', `nothing is sent to ${each(unrouted)}, though it polls`, setCurrent(newest))
      : []),
    ...(polled(null)
      ? line(
          'warning',
          'workers without a build id poll as well, and are given nothing',
          'stop them, or set N2M_DEPLOYMENT',
        )
      : []),
    ...left,
  ];
}
