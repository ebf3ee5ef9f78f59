/** The shape of one row of the table. */
import type { Entry } from '../../explain/types';
import type { Condition } from '../condition';
import type { WatchContext } from '../context';
import type { VerdictName } from '../types';

/** One row of the table of what is watched. The first rule of the worst severity names the verdict. */
export interface WatchRule {
  id: string;
  verdict: Exclude<VerdictName, 'healthy' | 'snapshotting' | 'changing'>;
  /** Which side has to be readable for the rule to say anything. */
  needs: 'source' | 'target' | 'both' | 'either' | 'nothing';
  /** Whether it also holds while tables are copied, and while a run changes things. */
  during: ('copying' | 'changing')[];
  look: (context: WatchContext) => Condition[];
  /** For `n2m explain` and the runbook. */
  explanation: Entry;
}
