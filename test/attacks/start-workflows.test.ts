import { SOURCE_TABLES } from '../e2e/support/world';
import { Attacked } from './start-workflows/started';
import { activityTries } from './start-workflows/activities';
import { secretTries } from './start-workflows/secrets';
import { tableTries } from './start-workflows/tables';
import { attack } from './tries';

let attacked: Attacked;
beforeAll(async () => {
  attacked = await Attacked.start({ flags: SOURCE_TABLES });
}, 120_000);
afterAll(() => attacked?.stop());

attack(
  'whoever may start workflows',
  { ...secretTries(() => attacked), ...activityTries(() => attacked), ...tableTries(() => attacked) },
  60_000,
);
