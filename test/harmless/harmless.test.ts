import * as fc from 'fast-check';
import { startDatabase, type Database } from './database';
import { live } from './live';
import { schemas } from './schemas';

/**
 * Schemas at random, on a real server: whatever a pipeline does upstream, or refuses to do, no statement of the application
 * that worked is refused, and a destroy leaves what was there before. What the plan would say is not even asked: the proof
 * alone has to hold.
 */

const RUNS = Number(process.env.N2M_TEST_RUNS ?? 12);
describe.each([14, 18] as const)('on PostgreSQL %d', (version) => {
  let database: Database;
  beforeAll(async () => (database = await startDatabase(version)), 120_000);
  afterAll(() => database?.stop());

  it('nothing a pipeline does upstream stops the application, and a destroy leaves what was there', async () => {
    await fc.assert(
      fc.asyncProperty(schemas(version), async (schema) => {
        const { harm, left } = await live(database, schema);
        expect(harm).toEqual([]);
        expect(left.after).toEqual(left.before);
      }),
      { numRuns: RUNS, endOnFailure: false },
    );
  }, 600_000);
});
