import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import type { FailureInfo } from '../core/failures/types';
import type { Approval, Plan } from '../core/plan/types';
import { type Answer, readApproval, readRejection } from '../core/run/answers';
import { WAITING_AGAIN } from '../core/run/run-alerts';
import type { ApprovalInput, RejectionInput, ToldWaiting } from '../core/run/types';
import type { PipelineSpec } from '../core/spec/types';
import { approveUpdate, rejectUpdate } from './messages';
import { isLong } from './go-on';
import type { RunTracker } from './run-tracker';
import { tell, tells } from './told';

/** What a person accepted or refused. The wait is durable: for days, across restarts of everything. */
export class Approvals {
  private readonly accepted: Set<string>;
  private open: Approval[] = [];
  private rejection: RejectionInput | null = null;

  /** `told`: what the run that went on as this one told of its wait. */
  constructor(
    private readonly spec: PipelineSpec,
    approved: string[],
    private told: ToldWaiting | null = null,
  ) {
    const pipeline = spec.name;
    this.accepted = new Set(approved);
    setHandler(approveUpdate, (input) => this.approval(input).keys.forEach((key) => this.accepted.add(key)), {
      validator: (input) => {
        this.refuseUnlessOpen();
        this.refuseUnknown(this.approval(input).keys);
      },
      description: `Accept what the run asks for, without input all of it: n2m approve ${pipeline}`,
    });
    setHandler(rejectUpdate, (input) => void (this.rejection = taken(readRejection(input))), {
      validator: (input) => {
        this.refuseUnlessOpen();
        taken(readRejection(input));
      },
      description: `End the waiting run: n2m reject ${pipeline}`,
    });
  }

  missing(plan: Pick<Plan, 'needsApproval'>): Approval[] {
    return plan.needsApproval.filter((approval) => !this.accepted.has(approval.key));
  }

  /** Everything that was accepted so far. */
  given(): string[] {
    return [...this.accepted];
  }

  /** What people were told of the wait under way; null where it is none of them. */
  toldOf(): ToldWaiting | null {
    return this.open.length > 0 ? this.told : null;
  }

  /** Returns when everything was accepted; fails as `Rejected` when a person says no. `long`: goes on as a new run. */
  async wait(approvals: Approval[], tracker: RunTracker, long?: () => Promise<void>): Promise<void> {
    this.open = approvals;
    tracker.waitingFor(approvals);
    tracker.phase('waiting-for-approval');
    await this.answered(approvals, long);
    this.open = [];
    this.told = null;
    tracker.waitingFor([]);
    if (this.rejection) throw rejected(this.rejection);
  }

  /** Whoever is not looking is told at once, and again every few hours. */
  private async answered(approvals: Approval[], long: (() => Promise<void>) | undefined): Promise<void> {
    const over = () => this.rejection !== null || approvals.every(({ key }) => this.accepted.has(key));
    let stays = long === undefined;
    const turn = () => over() || (!stays && isLong());
    const before = this.silenceAbout(approvals);
    let silence = before ?? 0;
    for (let again = before !== null; !over(); again = true) {
      if (tells()) {
        if (silence === 0) {
          this.told = { keys: approvals.map(({ key }) => key), at: new Date().toISOString() };
          // An answer does not wait for a sink that is slow.
          await Promise.race([tell(this.spec, { about: 'waiting', approvals, again }), condition(over)]);
        }
        const quiet = silence || WAITING_AGAIN;
        silence = 0;
        if (!(await condition(turn, quiet))) continue;
      } else await condition(turn);
      if (over()) return;
      await long?.();
      stays = true;
    }
  }

  /** How long nobody has to be told again, in milliseconds; null where the run before this one did not tell of this wait. */
  private silenceAbout(approvals: Approval[]): number | null {
    const { told } = this;
    if (told === null || !approvals.every(({ key }) => told.keys.includes(key))) return null;
    return Math.max(0, Date.parse(told.at) + WAITING_AGAIN - Date.now());
  }

  private approval(input: unknown): ApprovalInput {
    return taken(
      readApproval(
        input,
        this.open.map(({ key }) => key),
      ),
    );
  }

  /** Runs synchronously, as Temporal calls validators: what is refused here leaves no trace in the history. */
  private refuseUnlessOpen(): void {
    if (this.open.length === 0) {
      throw ApplicationFailure.nonRetryable(
        `${this.spec.name} waits for no approval; see: n2m status ${this.spec.name}`,
        'Conflict',
      );
    }
  }

  private refuseUnknown(keys: string[]): void {
    const known = this.open.map(({ key }) => key);
    const unknown = keys.filter((key) => !known.includes(key) && !this.accepted.has(key));
    if (unknown.length > 0) {
      throw ApplicationFailure.nonRetryable(
        `it does not ask for ${unknown.join(', ')}; it asks for ${known.join(', ')}`,
        'Conflict',
      );
    }
  }
}

/** Thrown by a validator, so it leaves no trace; a handler sees only what its validator took. */
function taken<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  throw ApplicationFailure.nonRetryable(answer.problem, 'Conflict');
}

const rejected = ({ by, reason }: RejectionInput): ApplicationFailure =>
  refusal({
    ...{ type: 'Rejected', system: 'worker', message: `rejected by ${by}${reason ? `: ${reason}` : ''}` },
    hint: 'change the file or approve the next run',
  });

/** Ends a run before it changes anything more, in words for people. */
export function refusal({
  hint,
  ...what
}: Pick<FailureInfo, 'type' | 'system' | 'message' | 'hint'>): ApplicationFailure {
  const info: FailureInfo = { ...what, code: null, retryable: false, hint };
  return ApplicationFailure.create({ message: info.message, type: info.type, nonRetryable: true, details: [info] });
}
