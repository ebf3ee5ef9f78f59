import { hopeless } from '../../../src/core/snapshot/hopeless';
import { play, type Scene } from './look';

const stalled = (error: string): Scene => ({ status: 'stalled', error });
const overcompacted = stalled('postgres: slot overcompacted. Requested LSN 1 but only LSNs >= 2 are available');

test('a copy whose slot was lost is not waited for', () => {
  expect(hopeless(play([0, overcompacted], [10, overcompacted], [20, overcompacted]))).toMatchObject({
    type: 'SlotLost',
  });
});

test('one look is not enough to give up', () => {
  expect(hopeless(play([0, {}], [10, overcompacted]))).toBeNull();
});

test('an error that may end by itself is waited out', () => {
  const refused = stalled('postgres: db error: FATAL: password authentication failed for user "materialize"');
  expect(hopeless(play([0, refused], [10, refused], [20, refused]))).toBeNull();
});

test('a dropped publication is not waited for', () => {
  const gone = stalled('postgres: publication "n2m_shop" does not exist');
  expect(hopeless(play([0, gone], [10, gone], [20, gone]))).toMatchObject({ type: 'SourceStalled' });
});
