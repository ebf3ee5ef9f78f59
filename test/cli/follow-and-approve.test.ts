import type { CliError } from '../../src/cli/exit';
import { Output } from '../../src/cli/terminal/output';
import { initialApprovals } from '../../src/cli/follow-and-approve';
import type { Approval } from '../../src/core/plan/types';

const GONE: Approval = { key: 'recreate-source', step: 'source', reason: 'the slot is gone' };
const AGAIN: Approval = { key: 'repair-again', step: 'source', reason: 'three attempts today' };

/** How an answer of a person is taken; undefined: there is nobody. */
function output(answer?: boolean): Output {
  const made = new Output(false);
  jest.spyOn(made, 'log').mockImplementation();
  jest.spyOn(made, 'confirm').mockResolvedValue(answer === true);
  return Object.assign(made, { interactive: answer !== undefined });
}

interface Asked {
  wanted: Approval[];
  yes?: boolean;
  wait?: boolean;
  answer?: boolean;
}
const keysFor = ({ wanted, yes, wait = true, answer }: Asked): Promise<string[]> =>
  initialApprovals(output(answer), {
    plan: { pipeline: 'shop', needsApproval: wanted },
    commandLine: 'n2m repair shop',
    options: { yes, wait },
    neverByYes: ['repair-again'],
  });

const given: [string, Asked, string[]][] = [
  ['nothing is asked for', { wanted: [] }, []],
  ['--yes', { wanted: [GONE], yes: true }, ['recreate-source']],
  ['somebody says yes', { wanted: [GONE, AGAIN], answer: true }, ['recreate-source', 'repair-again']],
  ['the run waits for them', { wanted: [GONE], wait: false }, []],
  ['--yes, and the run waits for a person', { wanted: [GONE, AGAIN], yes: true, wait: false }, ['recreate-source']],
  ['--yes, and a person agrees to the rest', { wanted: [AGAIN], yes: true, answer: true }, ['repair-again']],
];

const refused: [string, Asked, RegExp, string][] = [
  ['somebody says no', { wanted: [GONE], answer: false }, /^not approved; nothing/, 'n2m repair shop'],
  [
    'nobody is there',
    { wanted: [GONE] },
    /^approval is needed for recreate-source, and/,
    'n2m repair shop --yes approves what the plan shows; --no-wait starts a run that waits for n2m approve shop',
  ],
  [
    '--yes cannot stand for a person',
    { wanted: [GONE, AGAIN], yes: true },
    /^approval is needed for repair-again, and/,
    'n2m repair shop --no-wait starts a run that waits for n2m approve shop',
  ],
];

describe('the approvals a run starts with', () => {
  it.each(given)('%s', async (_title, asked, keys) => {
    await expect(keysFor(asked)).resolves.toEqual(keys);
  });

  it.each(refused)('none, and no run: %s', async (_title, asked, message, next) => {
    const error = await keysFor(asked).catch((thrown: unknown) => thrown as CliError);
    expect(error).toMatchObject({ message: expect.stringMatching(message) as string, next, exitCode: 4 });
  });
});
