import { buildLines, type Build, type Routing } from '../../../src/cli/commands/doctor/builds';

const build = (name: string): Build => ({ deployment: 'n2m', build: name });
const known = (name: string, state: Routing['builds'][number]['state'], runs = 0) => ({ ...build(name), state, runs });
const a = build('a');
const b = build('b');

const SET = (name: string) => `temporal worker deployment set-current-version --deployment-name n2m --build-id ${name}`;
const START = (name: string) => `start a worker with N2M_DEPLOYMENT=n2m N2M_BUILD_ID=${name}`;

const CASES: [title: string, routing: Routing, said: [state: string, detail: RegExp, next: string | null][]][] = [
  [
    'workers without a build id',
    { polls: [null, null], current: null, builds: [] },
    [['ok', /whichever is there/, null]],
  ],
  [
    'the first build polls, and nothing is sent anywhere',
    { polls: [a], current: null, builds: [known('a', 'inactive')] },
    [['wrong', /nothing is sent to build a of n2m/, SET('a')]],
  ],
  [
    'the first build polls beside workers without one',
    { polls: [a, null], current: null, builds: [known('a', 'inactive')] },
    [['warning', /all goes to workers without a build id/, SET('a')]],
  ],
  [
    'one build',
    { polls: [a], current: a, builds: [known('a', 'current', 1)] },
    [['ok', /^what begins goes to build a of n2m$/, null]],
  ],
  [
    'a new build polls, and nothing is sent to it',
    { polls: [a, b], current: a, builds: [known('b', 'inactive'), known('a', 'current')] },
    [
      ['ok', /what begins goes to build a of n2m/, null],
      ['warning', /nothing is sent to build b of n2m/, SET('b')],
    ],
  ],
  [
    'the old build ends what began on it',
    { polls: [a, b], current: b, builds: [known('b', 'current'), known('a', 'draining', 2)] },
    [['ok', /goes to build b of n2m; build a of n2m ends what began on it: 2 runs$/, null]],
  ],
  [
    'the old build has nothing left, and the server has not looked',
    { polls: [a, b], current: b, builds: [known('b', 'current'), known('a', 'draining', 0)] },
    [['ok', /build a of n2m is about to be drained$/, null]],
  ],
  [
    'the old build has drained',
    { polls: [a, b], current: b, builds: [known('b', 'current'), known('a', 'drained')] },
    [['ok', /build a of n2m has drained: its workers can be stopped$/, null]],
  ],
  [
    'the old build was stopped too early',
    { polls: [b], current: b, builds: [known('b', 'current'), known('a', 'draining', 1)] },
    [
      ['ok', /goes to build b of n2m$/, null],
      ['warning', /^1 run began on build a of n2m, and nobody polls as that/, START('a')],
    ],
  ],
  [
    'the current build was stopped, and another polls',
    { polls: [a], current: b, builds: [known('b', 'current'), known('a', 'drained')] },
    [['wrong', /goes to build b of n2m, and nobody polls as that/, SET('a')]],
  ],
  [
    'the current build was stopped, and workers without a build id poll',
    { polls: [null], current: b, builds: [known('b', 'current', 1)] },
    [
      ['wrong', /nobody polls as that/, START('b')],
      ['warning', /without a build id poll as well, and are given nothing/, 'stop them, or set N2M_DEPLOYMENT'],
    ],
  ],
];

test.each(CASES)('%s', (_, routing, said) => {
  expect(buildLines(routing)).toEqual(
    said.map(([state, detail, next]) => ({
      what: 'builds',
      state,
      detail: expect.stringMatching(detail) as string,
      next,
    })),
  );
});

test('what others called their builds cannot run in a shell', () => {
  const odd = { deployment: 'n2m', build: `1'; rm -rf ~ #` };
  const [line] = buildLines({ polls: [odd], current: null, builds: [{ ...odd, state: 'inactive', runs: 0 }] });
  expect(line?.next).toContain(`--build-id '1'\\''; rm -rf ~ #'`);
});
