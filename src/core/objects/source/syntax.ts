import type { PlanContext } from '../../plan/context';
import { setTo } from '../../plan/fix';
import { ownerOf } from '../../plan/ownership';
import { info, type Rule } from '../../plan/rule';
import { plural } from '../../text/count';
import { copyCost } from '../cluster/estimate';
import { CONSTRAINTS_VERSION, takesSourceTables } from './definition';
import { named } from './rebuild-steps';

/**
 * A source keeps the form it has until the file asks for the other one. Only making it again changes it: nobody recorded
 * whether Materialize takes a table beside the subsources of one upstream table, and its source would stay of the older form.
 */
export const offersTables: Rule = (context) => {
  const { spec, target } = context;
  const { source, versionNum } = target;
  if (source?.syntax !== 'subsources' || spec.materialize.syntax !== 'auto') return [];
  if (context.recreate.length > 0 || !takesSourceTables(target)) return [];
  const owner = ownerOf(source.comment, spec.name);
  if (owner.kind === 'pipeline') return [];
  const object = `source ${spec.materialize.names.source}`;
  const constraints = versionNum >= CONSTRAINTS_VERSION ? ', and constraints can be left out' : '';
  const gain = `${object} has subsources, the older form; with tables of its own, columns are added and left out without a pause${constraints}`;
  if (owner.kind === 'us') {
    return [info(object, `${gain}; the way there ${price(context)}`, setTo('materialize.syntax', 'tables'))];
  }
  const sentence = `${gain}; it was adopted, and n2m makes only its own again, which ${price(context)}`;
  return [info(object, sentence, `drop ${object} by hand with what is built on it, then: n2m apply FILE`)];
};

function price({ spec, target, tables }: PlanContext): string {
  const dependents = target.source?.dependents ?? [];
  const built = dependents.length > 0 ? `, and neither can what is made again with them: ${named(dependents)}` : '';
  const cost = copyCost(spec, target, tables);
  return `copies ${plural(tables.length, 'table')} again, which cannot be read until then: ${cost}${built}`;
}

/** What the way back gives up, for the step that somebody has to approve; empty where it is none. */
export const givesUp = ({ target, syntax }: Pick<PlanContext, 'target' | 'syntax'>): string =>
  target.source?.syntax === 'tables' && syntax === 'subsources'
    ? '; with subsources, a column that is added upstream comes only by dropping its table and copying it again, and no constraint can be left out'
    : '';
