import { appendedLines, type Printed } from '../../render/log-lines';
import { renderRun } from '../../render/run';
import { LiveRegion } from '../../terminal/live-region';
import type { Output } from '../../terminal/output';
import type { LiveRun } from '../read-run';

/** How a run that is followed is shown. */
export interface FollowView {
  show(live: LiveRun): void;
  /** What is shown stays; what is written next comes below it. */
  leave(): void;
}

export const viewOf = (output: Output): FollowView => (output.live ? new LiveView(output) : new PlainView(output));

/** Times go on while nothing else does. */
const TICK = 1000;

/** Redrawn in place, on terminals. */
class LiveView implements FollowView {
  private readonly screen: LiveRegion;
  private tick: NodeJS.Timeout | undefined;

  constructor(private readonly output: Output) {
    this.screen = new LiveRegion(process.stderr, output.stderrPaint);
  }

  show(live: LiveRun): void {
    clearInterval(this.tick);
    this.draw(live);
    this.tick = setInterval(() => this.draw(live), TICK);
  }

  leave(): void {
    clearInterval(this.tick);
    this.screen.done();
  }

  private draw(live: LiveRun): void {
    const options = { width: this.output.stderrWidth, paint: this.output.stderrPaint, now: new Date().toISOString() };
    this.screen.draw(live.view ? renderRun(live.view, live.retries, options) : noWorker(live));
  }
}

/** Appended lines, each thing once. */
class PlainView implements FollowView {
  private previous: Printed | null = null;
  private lastProblem: string | null = null;

  constructor(private readonly output: Output) {}

  show(live: LiveRun): void {
    if (!live.view) return this.showProblem(live);
    const { lines, printed } = appendedLines(this.previous, live.view, live.retries, live.workflowType);
    this.previous = printed;
    this.output.log(...lines);
  }

  private showProblem({ retries: [problem] }: LiveRun): void {
    if (problem === undefined || problem.message === this.lastProblem) return;
    this.lastProblem = problem.message;
    this.output.log(`${problem.activity} tries again: ${problem.message}`);
  }

  leave(): void {
    // Nothing is drawn that could be drawn over.
  }
}

function noWorker(live: LiveRun): string[] {
  const [problem] = live.retries;
  const why = problem ? `${problem.activity} tries again: ${problem.message}` : 'the run waits for one';
  return [`${live.workflowType} since ${live.startedAt}: no worker answers; ${why}`];
}
