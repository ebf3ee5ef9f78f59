import type { Finding, Rebuild } from '../plan/types';
import type { RepairCode } from './words';

/** Why a repair does not begin, of an object of that name. */
export const stop = (code: RepairCode, subject: string, sentence: string, fix: string): Finding => ({
  ...{ code, severity: 'blocking', subject, sentence, fix },
});

/** Something goes before it is made again. */
export const drops = (damage: Rebuild['damage']): boolean => damage.recreate.length + damage.dead.length > 0;
