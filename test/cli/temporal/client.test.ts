import { NamespaceNotFoundError } from '@temporalio/common';
import { EXIT, type CliError } from '../../../src/cli/exit';
import { toCliError, type Temporal } from '../../../src/cli/temporal/client';

it('a namespace that is not there is said so, whichever call found out', () => {
  const temporal = { namespace: 'shops', address: 'temporal:7233' } as Temporal;
  const error = toCliError(new NamespaceNotFoundError('shops'), temporal) as CliError;
  expect([error.message, error.exitCode]).toEqual([
    'namespace shops does not exist on temporal:7233',
    EXIT.unreachable,
  ]);
  expect(error.next).toMatch(/^set TEMPORAL_NAMESPACE/);
});

const answered = (code: number, details: string): CliError => {
  const cause = Object.assign(new Error(details), { code, details, metadata: {} });
  return toCliError(cause, { namespace: 'shops', address: 'temporal:7233' } as Temporal) as CliError;
};

it.each([
  [
    '3, a question it cannot read',
    3,
    'invalid query: unable to parse',
    /^Temporal at temporal:7233 refused: invalid query/,
  ],
  ['5, something that is not there', 5, 'workflow execution not found', /refused: workflow execution not found$/],
])('a refusal (%s) is no outage', (_, code, details, sentence) => {
  const error = answered(code, details);
  expect(error.message).toMatch(sentence);
  expect(error.exitCode).toBe(EXIT.failed);
});

it.each([
  ['no answer', 14, 'connection refused', 'Temporal does not answer at temporal:7233'],
  ['no answer in time', 4, 'deadline', 'Temporal does not answer at temporal:7233'],
  ['an unknown key', 16, 'unauthenticated', 'Temporal at temporal:7233 refuses us'],
])('%s is', (_, code, details, sentence) => {
  const error = answered(code, details);
  expect([error.message, error.exitCode]).toEqual([sentence, EXIT.unreachable]);
});
