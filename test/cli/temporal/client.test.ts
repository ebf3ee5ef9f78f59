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
