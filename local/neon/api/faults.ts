import { badRequest } from './errors';

/** Which calls or operations a fault is for, and how many of them; without `times` only the next one. */
interface Scope {
  times?: number;
}

/** Calls under /api/v2: by method, and by a regular expression on the path without the /api/v2. */
interface CallScope extends Scope {
  method?: string;
  path?: string;
}

export type CallFault = CallScope &
  (
    | {
        /** Answers this status and does nothing; `after`: having done what was asked for. */
        kind: 'status';
        status: 423 | 429 | 500 | 503;
        when?: 'after';
        /** Seconds, or an HTTP date. */
        retryAfter?: number | string;
      }
    | { kind: 'delay'; ms: number }
    | {
        /** Cuts the connection without an answer: after having done what was asked for, or before. */
        kind: 'lost-connection';
        when?: 'after' | 'before';
      }
  );

export type OperationFault = Scope & {
  /** e.g. `apply_config`; any when absent. */
  action?: string;
} & (
    | {
        /** The operation does nothing and ends so; a `failed` one that `recovers` is run again, as Neon may. */
        kind: 'operation-fails';
        status?: 'failed' | 'error';
        recovers?: boolean;
      }
    | {
        /** The operation stays `running`, having done nothing, until released. */
        kind: 'operation-stays';
      }
  );

export type Fault = CallFault | OperationFault;

const KINDS = ['status', 'delay', 'lost-connection', 'operation-fails', 'operation-stays'];
const isForOperations = (fault: Fault): fault is OperationFault => fault.kind.startsWith('operation-');

/** Reads faults from the control path's body: one, or a list. */
export function parseFaults(body: unknown): Fault[] {
  const list: unknown[] = Array.isArray(body) ? body : [body];
  return list.map((each) => {
    const fault = each as Partial<Fault> & { status?: unknown; ms?: unknown };
    if (typeof fault !== 'object' || fault === null || !KINDS.includes(fault.kind ?? '')) {
      throw badRequest(`a fault is an object with "kind" one of ${KINDS.join(', ')}`);
    }
    if (fault.kind === 'status' && ![423, 429, 500, 503].includes(Number(fault.status))) {
      throw badRequest('"status" of a fault is one of 423, 429, 500, 503');
    }
    if (fault.kind === 'delay' && typeof fault.ms !== 'number') throw badRequest('"ms" of a delay is a number');
    return fault as Fault;
  });
}

/** What goes wrong on purpose, asked for through the handle or `POST /_faults`. */
export class Faults {
  private pending: { fault: Fault; left: number }[] = [];
  private releases: (() => void)[] = [];

  add(...faults: Fault[]): void {
    this.pending.push(...faults.map((fault) => ({ fault, left: fault.times ?? 1 })));
  }

  /** Those still waiting for their calls. */
  list(): Fault[] {
    return this.pending.map(({ fault, left }) => ({ ...fault, times: left }));
  }

  /** Forgets what is pending and lets the operations go on that were made to stay. */
  clear(): void {
    this.pending = [];
    this.release();
  }

  /** Lets the operations go on that were made to stay. */
  release(): void {
    for (const go of this.releases.splice(0)) go();
  }

  untilReleased(): Promise<void> {
    return new Promise((resolve) => this.releases.push(resolve));
  }

  /** Every fault that is for this call, one of each kind, used up by asking. */
  takeForCall(method: string, path: string): CallFault[] {
    const taken: CallFault[] = [];
    for (const entry of this.pending) {
      const { fault } = entry;
      if (isForOperations(fault) || taken.some(({ kind }) => kind === fault.kind)) continue;
      if (fault.method !== undefined && fault.method.toUpperCase() !== method) continue;
      if (fault.path !== undefined && !new RegExp(fault.path).test(path)) continue;
      entry.left -= 1;
      taken.push(fault);
    }
    this.pending = this.pending.filter(({ left }) => left > 0);
    return taken;
  }

  takeForOperation(action: string): OperationFault | null {
    for (const entry of this.pending) {
      if (!isForOperations(entry.fault) || (entry.fault.action ?? action) !== action) continue;
      entry.left -= 1;
      this.pending = this.pending.filter(({ left }) => left > 0);
      return entry.fault;
    }
    return null;
  }
}
