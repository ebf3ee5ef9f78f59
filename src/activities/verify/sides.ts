import type { ItemName } from '../../core/sql/items';
import type { Statement } from '../../core/sql/verify/rows';
import { reachable } from '../../core/verify/lsn';
import { FIRST_PACE, paced, pauseAfter, type Pace } from '../../core/verify/pace';
import type { ComparedTable } from '../../core/verify/types';
import { systemError } from '../../systems/errors';
import { readProgress } from '../../systems/materialize';
import { type Ask, type Moment, readMoment } from '../../systems/postgres';
import type { SqlClient } from '../../systems/sql-client';
import { sleep } from '../edges/cut-short';

/** Of one statement upstream: what is longer would hold back vacuum. Reading a table whole has a little more. */
export const MOMENT_DEADLINE = 15_000;
export const WHOLE_DEADLINE = 60_000;
const TARGET_DEADLINE = 120_000;
const PASSED_WITHIN = 120_000;
const LOOK_EVERY = 100;

/** Both systems while one table after the other is compared. */
export class Sides {
  pace: Pace = FIRST_PACE;
  private passed = -1n;

  constructor(
    private readonly source: SqlClient,
    private readonly target: SqlClient,
    private readonly progress: ItemName,
  ) {}

  /** A moment upstream, and then as much of a rest as it took. */
  async upstream<T>(
    table: ComparedTable,
    read: (ask: Ask) => Promise<T>,
    deadline = MOMENT_DEADLINE,
  ): Promise<Moment<T>> {
    const moment = await readMoment(this.source, table, deadline, read);
    await sleep(pauseAfter(this.pace, moment.ms));
    return moment;
  }

  /** What a reading says about the size of the next. */
  read(rows: number, ms: number): void {
    this.pace = paced(this.pace, rows, ms);
  }

  /** Materialize, once everything that was in the WAL before `lsn` is in its tables. */
  async materialize<R extends object>(lsn: bigint, { sql, params }: Statement): Promise<R[]> {
    await this.untilPassed(reachable(lsn));
    return this.target.query<R>(sql, params, TARGET_DEADLINE);
  }

  private async untilPassed(lsn: bigint): Promise<void> {
    for (let waited = 0; this.passed < lsn; waited += LOOK_EVERY) {
      if (waited > 0) await sleep(LOOK_EVERY);
      if (waited > PASSED_WITHIN) {
        throw systemError(
          'Timeout',
          'materialize',
          `the source did not get to where upstream was ${PASSED_WITHIN / 1_000} s before`,
          { retryable: false, hint: 'n2m status says how far it is behind' },
        );
      }
      this.passed = (await readProgress(this.target, this.progress, TARGET_DEADLINE)) ?? this.passed;
    }
  }
}
