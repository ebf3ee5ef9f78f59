import { following } from '../../core/objects/beside/follow';
import { findChildren } from '../../core/objects/tables/find';
import type { Approval, DroppedTable, Plan } from '../../core/plan/types';
import type { ReplicateInput } from '../../core/run/types';
import type { SnapshotProgress } from '../../core/snapshot/types';
import type { Followed } from '../../core/watch/types';
import { Approvals, refusal } from '../approvals';

/** The approvals of a run that the watch began: the file gives them, and where it does not the run ends untouched. */
export class Follows extends Approvals {
  private columns = '';
  private tables: DroppedTable[] = [];

  constructor(private readonly input: ReplicateInput) {
    super(input.spec, input.approved);
  }

  override missing(plan: Plan): Approval[] {
    const decided = following(this.input.spec, plan);
    if (!decided.follows) {
      throw refusal({ type: 'Blocked', system: 'file', message: decided.why, hint: 'n2m apply FILE asks for it' });
    }
    this.columns = decided.columns;
    this.tables = decided.tables;
    return [];
  }

  /** What it brought, by the copy's own count where that has every table. */
  brought(snapshot: SnapshotProgress | null): Followed {
    const copies = snapshot?.tables ?? [];
    const copied = this.tables.flatMap(({ upstream }) => findChildren(copies, upstream));
    const rows = copied.reduce((sum, { rowsCopied }) => sum + rowsCopied, 0);
    return { columns: this.columns, rows: copied.length === this.tables.length ? rows : null };
  }
}
