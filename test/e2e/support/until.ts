import { until as look } from '../../../local/stack/until';

/** For a machine that is busy with much else, and a Materialize whose own views are up to a minute old. */
const PATIENCE = 120_000;

/** Asks again until there is an answer; in the end throws what it waited for. */
export const until = <T>(ask: () => Promise<T | undefined>, what = 'an answer'): Promise<T> =>
  look(ask, { what, timeout: PATIENCE, every: 100 });
