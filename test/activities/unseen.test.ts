import { createAndLook, unseen } from '../../src/activities/support/ensure';
import { sqlFailure, systemError, SystemError } from '../../src/systems/errors';

const exists = () =>
  sqlFailure(
    { code: 'XX000', message: `catalog item '"quoted"' already exists`, detail: null, hint: null },
    'materialize',
  );

it('names both spellings of what exists and is not found', async () => {
  const create = () => Promise.reject(exists());
  const failure: unknown = await createAndLook(
    create,
    () => Promise.resolve(null),
    'secret "quoted"',
    'materialize',
  ).catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(SystemError);
  expect((failure as SystemError).info).toMatchObject({
    type: 'Conflict',
    retryable: true,
    message: `catalog item '"quoted"' already exists; n2m looked for secret "quoted" and found nothing of that name`,
    hint: expect.stringContaining('report it') as string,
  });
});

it('takes what appeared in between', async () => {
  const create = () => Promise.reject(exists());
  await expect(createAndLook(create, () => Promise.resolve('there'), 'secret x', 'materialize')).resolves.toBe('there');
});

it('leaves every other failure as it is', () => {
  const refused = systemError('Unreachable', 'materialize', 'refused', { retryable: true });
  expect(unseen(refused, 'x', 'y')).toBe(refused);
});
