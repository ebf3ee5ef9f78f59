import { BOUND, leftBehind, overBound, problemsIn, unlikeTheFile, type Ending, type Standing } from './judge';
import { doneTwice } from './twice';

/** The checks at the end of the strikes: each is given a world that is not as it must be, and has to say so. */
const STANDING: Standing = {
  changes: [],
  wanted: ['slot', 'publication n2m_p', 'table orders'],
  objects: ['publication n2m_p', 'table orders', 'slot'],
  upstream: { orders: { rows: 2, sha256: 'ab' } },
  target: { orders: { rows: 2, sha256: 'ab' } },
  verify: { code: 0, said: '' },
};
const BEFORE = {
  upstream: { roles: [{ rolname: 'owner' }], slots: [] },
  target: { clusters: [] },
  settings: { ips: ['x'] },
};
const GONE = { before: BEFORE, catalogs: structuredClone(BEFORE), schedules: [] };
const ENDING: Ending = {
  refused: [],
  running: [],
  locks: [],
  histories: [{ workflowId: 'pipeline/p', events: BOUND.events, bytes: BOUND.bytes }],
  lives: [{ done: ['CREATE CLUSTER "c"', 'CREATE SOURCE "s"'], again: 0 }],
  standing: STANDING,
  gone: null,
};

test('a world that is as its file says has no problem, and neither has one that was destroyed', () => {
  expect(problemsIn(ENDING)).toEqual([]);
  expect(problemsIn({ ...ENDING, standing: null, gone: GONE })).toEqual([]);
});

test.each<[string, Partial<Ending>, RegExp]>([
  ['an application that was held up', { refused: ['55P03 lock timeout: UPDATE orders'] }, /refused: 55P03/],
  ['a run that goes on', { running: ['pipeline/p'] }, /still holds the pipeline: pipeline\/p/],
  ['a lock that is held', { locks: ['advisory lock 7 by process 1'] }, /still held upstream: advisory lock 7/],
  [
    'a history that is too long',
    { histories: [{ workflowId: 'w', events: BOUND.events + 1, bytes: 1 }] },
    /w has 1001 e/,
  ],
  [
    'something made twice',
    { lives: [{ done: ['CREATE CLUSTER a', 'CREATE CLUSTER a'], again: 0 }] },
    /CLUSTER 2 times/,
  ],
  [
    'an object that is missing',
    { standing: { ...STANDING, objects: ['slot', 'table orders'] } },
    /missing: publication/,
  ],
  [
    'something left of what is gone',
    { standing: null, gone: { ...GONE, schedules: ['s'] } },
    /left behind: schedule s/,
  ],
  ['a world at which nobody looked', { standing: null }, /nobody looked/],
])('%s is told', (_what, bad, told) => {
  expect(problemsIn({ ...ENDING, ...bad })).toEqual([expect.stringMatching(told)]);
});

test.each<[string, Partial<Standing>, string[]]>([
  ['an object twice', { objects: [...STANDING.objects, 'slot'] }, ['2 times: slot']],
  ['an object nobody asked for', { objects: [...STANDING.objects, 'table old'] }, ['no file asks for table old']],
  ['a missing object', { objects: ['slot', 'publication n2m_p'] }, ['missing: table orders']],
  ['a plan with something to do', { changes: ['source'] }, ['a plan would still do source']],
  [
    'a row too few',
    { target: { orders: { rows: 1, sha256: 'cd' } } },
    [expect.stringContaining('orders is {"rows":2') as string],
  ],
  ['a table on one side only', { target: {} }, [expect.stringContaining('undefined there') as string]],
  ['nothing compared', { upstream: {}, target: {} }, ['no table was compared']],
  ['a comparison that finds something', { verify: { code: 8, said: 'orders' } }, ['n2m verify ended with 8: orders']],
])('a standing pipeline with %s', (_what, bad, problems) => {
  expect(unlikeTheFile({ ...STANDING, ...bad })).toEqual(problems);
});

test('a destroyed pipeline: what was not there before, and what is not there any more', () => {
  const catalogs = {
    upstream: { roles: [{ rolname: 'owner' }, { rolname: 'mz_p' }, { rolname: 'owner' }], slots: [] },
    target: { clusters: [] },
    settings: { ips: [] },
  };
  expect(leftBehind({ ...GONE, catalogs })).toEqual([
    'left behind: upstream.roles {"rolname":"mz_p"}',
    'left behind: upstream.roles {"rolname":"owner"}',
    'not brought back: settings.ips "x"',
  ]);
});

test('a history over either bound, and none at all', () => {
  expect(overBound([{ workflowId: 'w', events: 1, bytes: BOUND.bytes + 1 }])).toHaveLength(1);
  expect(overBound([])).toEqual(['no history was read']);
});

test('what a life makes once, and what each repair of a lost slot makes again', () => {
  const sources = (count: number) => Array.from({ length: count }, () => 'CREATE SOURCE "s"');
  expect(doneTwice({ done: sources(2), again: 1 })).toEqual([]);
  expect(doneTwice({ done: sources(2), again: 0 })).toEqual(['^CREATE SOURCE 2 times in one life, 1 at most']);
  expect(
    doneTwice({ done: ['POST /projects/p/branches/b/roles', 'POST /projects/p/branches/b/roles'], again: 3 }),
  ).toEqual(['^POST .*/roles$ 2 times in one life, 1 at most']);
});
