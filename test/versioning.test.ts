import { parseConfig } from '../src/config';
import { ownBuildId, whyNoVersioning } from '../src/versioning';

type Env = Record<string, string>;

test.each<[Env, ReturnType<typeof parseConfig>['version']]>([
  [{}, null],
  [{ N2M_DEPLOYMENT: '', N2M_BUILD_ID: '' }, null],
  [{ N2M_DEPLOYMENT: 'n2m' }, { deployment: 'n2m', buildId: null }],
  [
    { N2M_DEPLOYMENT: 'n2m', N2M_BUILD_ID: '0.2.0' },
    { deployment: 'n2m', buildId: '0.2.0' },
  ],
  [
    { TEMPORAL_DEPLOYMENT_NAME: 'n2m/n2m-worker', TEMPORAL_WORKER_BUILD_ID: '0.2.0-7c4d' },
    { deployment: 'n2m/n2m-worker', buildId: '0.2.0-7c4d' },
  ],
  [
    { N2M_DEPLOYMENT: 'n2m', TEMPORAL_DEPLOYMENT_NAME: 'n2m', TEMPORAL_WORKER_BUILD_ID: 'x' },
    { deployment: 'n2m', buildId: 'x' },
  ],
])('%j', (env, version) => {
  expect(parseConfig(env).version).toEqual(version);
});

test.each<[Env, RegExp]>([
  [{ N2M_BUILD_ID: '0.2.0' }, /N2M_BUILD_ID needs N2M_DEPLOYMENT/],
  // Two names would leave the controller waiting for workers that poll as something else.
  [
    { N2M_DEPLOYMENT: 'n2m', TEMPORAL_DEPLOYMENT_NAME: 'n2m/n2m-worker' },
    /N2M_DEPLOYMENT=n2m and TEMPORAL_DEPLOYMENT_NAME/,
  ],
  [
    { TEMPORAL_DEPLOYMENT_NAME: 'n2m', TEMPORAL_WORKER_BUILD_ID: 'x', N2M_BUILD_ID: 'y' },
    /N2M_BUILD_ID=y and TEMPORAL_WORKER_BUILD_ID=x/,
  ],
  [{ N2M_DEPLOYMENT: 'n2m.worker' }, /N2M_DEPLOYMENT=n2m\.worker is no name/],
  [{ N2M_DEPLOYMENT: '__n2m' }, /N2M_DEPLOYMENT=__n2m is no name/],
  [{ N2M_DEPLOYMENT: 'n2m', N2M_BUILD_ID: 'a:b' }, /N2M_BUILD_ID=a:b is no build id/],
])('%j is refused', (env, why) => {
  expect(() => parseConfig(env)).toThrow(why);
});

test('a build id of its own is that of the release, and another for other workflows', () => {
  expect(ownBuildId('0.2.0', 'workflows')).toBe(ownBuildId('0.2.0', Buffer.from('workflows')));
  expect(ownBuildId('0.2.0', 'workflows')).toMatch(/^0\.2\.0-[0-9a-f]{8}$/);
  expect(ownBuildId('0.2.0', 'other workflows')).not.toBe(ownBuildId('0.2.0', 'workflows'));
});

test.each([
  ['has them', null, null],
  ['has them off', { code: 7, details: 'Worker Deployment Versions are disabled on this namespace.' }, /disabled/],
  ['is older than they are', { code: 12, details: 'unknown method ListWorkerDeployments' }, /unknown method/],
  ['lets us not list them', { code: 7, details: 'Request unauthorized.' }, null],
  ['does not answer', { code: 14, details: 'unavailable' }, null],
])('a server that %s', async (_, error, why) => {
  const listWorkerDeployments = () => (error ? Promise.reject(Object.assign(new Error(), error)) : Promise.resolve({}));
  const found = await whyNoVersioning({ workflowService: { listWorkerDeployments } } as never, 'default');
  expect(found).toEqual(why === null ? null : (expect.stringMatching(why) as string));
});
