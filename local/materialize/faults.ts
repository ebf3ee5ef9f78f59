/** What to do to the next `times` statements whose text matches. */
export interface Fault {
  /** Matched against the statement's text, without regard to case. */
  match: string;
  /** `dropBefore`: cut the connection before the statement is carried out; `dropAfter`: after it, before the answer. */
  action: 'dropBefore' | 'dropAfter' | 'delay';
  /** How long an answer is held back, milliseconds; without it, until `clear`. */
  delayMs?: number;
  /** Default 1. */
  times?: number;
}

interface Armed extends Fault {
  pattern: RegExp;
  left: number;
}

/** Faults asked for at run time, through the handle or the control port. */
export class Faults {
  private armed: Armed[] = [];
  private releases: (() => void)[] = [];
  /** The patterns of the faults that have struck, oldest first; not the statements, which may hold secrets. */
  readonly struck: string[] = [];

  /** Throws SyntaxError when `match` is not a regular expression. */
  add(fault: Fault): void {
    this.armed.push({ ...fault, pattern: new RegExp(fault.match, 'i'), left: fault.times ?? 1 });
  }

  /** Forgets what is armed and what has struck, and lets go what is held back. */
  clear(): void {
    this.armed = [];
    this.struck.length = 0;
    for (const go of this.releases.splice(0)) go();
  }

  /** Holds an answer back for as long as the fault says. */
  hold({ delayMs }: Fault): Promise<void> {
    return new Promise((resolve) => {
      if (delayMs === undefined) this.releases.push(resolve);
      else setTimeout(resolve, delayMs);
    });
  }

  /** Faults not used up yet. */
  get pending(): Fault[] {
    return this.armed.map(({ match, action, delayMs, left }) => ({ match, action, delayMs, times: left }));
  }

  /** The fault that strikes this statement, used up by one. */
  strike(sql: string): Fault | undefined {
    const found = this.armed.find((fault) => fault.pattern.test(sql));
    if (found === undefined) return undefined;
    found.left--;
    if (found.left <= 0) this.armed = this.armed.filter((fault) => fault !== found);
    this.struck.push(found.match);
    return found;
  }
}
