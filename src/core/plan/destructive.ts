import { asksToRemake } from '../objects/source/plan';
import { asksToDropTable } from '../objects/tables';
import type { Plan } from './types';

/** Why somebody would have to agree to what drops something or makes it again, as the rooms ask for it. */
export const destructiveIn = ({ needsApproval }: Pick<Plan, 'needsApproval'>): string[] =>
  needsApproval.filter(({ key }) => asksToRemake(key) || asksToDropTable(key)).map(({ reason }) => reason);
