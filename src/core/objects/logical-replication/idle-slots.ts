import type { ManagedServer } from '../../plan/facts';
import { statements } from '../../plan/rule';
import { whereSettingsAre } from '../role/managed';
import { alterSystem, reloadSettings } from './statements';

/** How slots that nobody reads are kept for good: the setting needs no restart. */
export function idleSlotFix(managed: ManagedServer | null): string {
  const where = whereSettingsAre(managed, false);
  if (where !== null) return `idle_replication_slot_timeout = 0 ${where}`;
  return statements(alterSystem('idle_replication_slot_timeout', '0'), reloadSettings());
}
