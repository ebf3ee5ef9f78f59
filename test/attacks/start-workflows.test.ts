import { Attacked } from './start-workflows/started';
import { activityTries } from './start-workflows/activities';
import { secretTries } from './start-workflows/secrets';
import { attack } from './tries';

let attacked: Attacked;
beforeAll(async () => {
  attacked = await Attacked.start();
}, 120_000);
afterAll(() => attacked?.stop());

attack('whoever may start workflows', { ...secretTries(() => attacked), ...activityTries(() => attacked) }, 60_000);
