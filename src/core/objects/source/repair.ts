import { isMaterializeSlot } from '../../names';
import { listed } from '../../plan/context';
import { isOurs } from '../../plan/ownership';
import { drops, stop } from '../../repair/stop';
import type { Remedies, RepairScene } from '../../repair/types';
import type { PipelineSpec } from '../../spec/types';
import { dropSubsource, dropTable } from '../tables/statements';
import { dropSource } from './statements';

const LOST = ['slot-lost', 'slot-missing', 'source-restored', 'server-restored'];

/** Materialize makes a lost slot again under its old name and then fails for ever: only a new source helps. */
export const sourceRemedies: Remedies = {
  remakes: ({ rule }) => LOST.includes(rule),
  converges: ['source-missing'],
  // Without a memory of the slot: what was copied proves that there was one.
  remake: ({ source, upstream: { slot } }) =>
    source?.slot != null &&
    slot.slot === source.slot &&
    !slot.exists &&
    source.children.some((child) => child.committed)
      ? [`slot ${source.slot} is gone from the server`]
      : [],
  stops: (scene) => {
    const { spec, damage, source } = scene;
    if (!drops(damage) || !source) return [];
    const object = `source ${spec.materialize.names.source}`;
    const noSlot = damage.recreate.length > 0 && !isMaterializeSlot(source.slot ?? '');
    const why = `Materialize names no slot of ${object}: nothing proves that it lost one`;
    return [
      ...(isOurs(source.comment, spec.name)
        ? []
        : [stop('not-ours', object, `${object} was not made by n2m, which drops only its own`, byHand(scene))]),
      ...(noSlot ? [stop('no-slot-name', object, why, remade(spec))] : []),
    ];
  },
};

const remade = ({ name }: PipelineSpec): string =>
  `n2m status ${name} says what is wrong with it; where it has to be made again: n2m destroy ${name}, then n2m apply FILE`;

function byHand({ spec, damage }: RepairScene): string {
  const { database, schema, names } = spec.materialize;
  if (damage.recreate.length > 0) return `${dropSource({ database, schema, name: names.source })}; then n2m apply FILE`;
  const tables = damage.dead.map((dead) => (dead.kind === 'table' ? dropTable(dead.item) : dropSubsource(dead.item)));
  return `${listed(tables, MOST_STATEMENTS, '; ')}; then n2m apply FILE`;
}

/** As many as a finding carries. */
const MOST_STATEMENTS = 200;
