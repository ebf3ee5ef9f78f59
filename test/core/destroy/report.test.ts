import { destroyReport } from '../../../src/core/destroy/report';
import { absent, foreign, keep, leave, remove } from '../../../src/core/destroy/step';
import type { DestroyPlan, DestroyStep } from '../../../src/core/destroy/types';
import { writeMark } from '../../../src/core/plan/ownership';

const plan = (steps: DestroyStep[], leaveUpstream = false): DestroyPlan => ({
  ...{ pipeline: 'shop', findings: [], steps, changes: 0, needsApproval: [], leaveUpstream, dependents: [] },
  known: { slot: null, added: [] },
});
const fates = (before: DestroyStep[], after: DestroyStep[], leaveUpstream = false, told = {}) =>
  destroyReport(plan(before, leaveUpstream), plan(after, leaveUpstream), 7, told).objects;

const DROP = remove('remove-role', 'role mz', 'drop it', { run: ['DROP ROLE mz'] });
const removed = { object: 'role mz', fate: 'removed', why: null, run: [] };

test('a report counts what is left behind, and says how long it took', () => {
  const steps = [DROP, leave('remove-slot', 'slot s', 'no way there', ['SELECT 1'])];
  expect(destroyReport(plan(steps), plan(steps), 7)).toEqual({
    ...{ pipeline: 'shop', leftBehind: 2, seconds: 7 },
    objects: [
      { object: 'role mz', fate: 'left-behind', why: 'it is still there', run: ['DROP ROLE mz'] },
      { object: 'slot s', fate: 'left-behind', why: 'is left behind: no way there', run: ['SELECT 1'] },
    ],
  });
  expect(destroyReport(plan([DROP]), plan([]), 7).leftBehind).toBe(0);
});

describe('what was to go', () => {
  test('is removed where it is gone, or not planned any more', () => {
    expect(fates([DROP], [])).toEqual([removed]);
    expect(fates([DROP], [absent('remove-role', 'role mz')])).toEqual([removed]);
  });

  test('is left behind where it is still there, with what a later look would run and what the step told', () => {
    const still = { ...DROP, run: ['another'] };
    const left = { ...removed, fate: 'left-behind', run: ['another'] };
    expect(fates([DROP], [still])).toEqual([{ ...left, why: 'it is still there' }]);
    expect(fates([DROP], [still], false, { 'remove-role': 'it owns things' })).toEqual([
      { ...left, why: 'it owns things' },
    ]);
    expect(fates([DROP], [keep('remove-role', 'role mz', 'others need it', ['x'])])).toEqual([
      { ...left, why: 'stays: others need it', run: ['x'] },
    ]);
  });

  test('is found again under another name while something of it is to be taken, and is told once', () => {
    const rest = remove('remove-role', 'role mz, the rest', 'drop it', { run: ['rest'] });
    expect(fates([DROP], [rest])).toEqual([
      { object: 'role mz', fate: 'left-behind', why: 'it is still there', run: ['rest'] },
    ]);
    expect(fates([DROP], [keep('remove-role', 'another role', 'others need it')])).toEqual([removed]);
    expect(fates([DROP], [remove('remove-slot', 'role mz', 'x')])).toMatchObject([
      removed,
      { object: 'role mz', fate: 'left-behind', why: 'it appeared meanwhile' },
    ]);
  });
});

describe('what was to be left', () => {
  const LEAVE = leave('remove-slot', 'slot s', 'no way there', ['drop it']);

  test('was removed by Materialize where it is gone all the same', () => {
    expect(fates([LEAVE], [absent('remove-slot', 'slot s')])).toEqual([
      { object: 'slot s', fate: 'removed', why: 'by Materialize', run: [] },
    ]);
    const left = [{ object: 'slot s', fate: 'left-behind', why: 'is left behind: no way there', run: ['drop it'] }];
    expect(fates([LEAVE], [])).toEqual(left);
    expect(fates([LEAVE], [LEAVE])).toEqual(left);
  });

  test('is left where nobody’s it turned out to be', () => {
    const stays = keep('remove-role', 'role mz', 'others need it', ['by hand']);
    const kept = { object: 'role mz', fate: 'kept', why: 'stays: others need it', run: ['by hand'] };
    expect(fates([stays], [stays])).toEqual([kept]);
    expect(fates([stays], [])).toEqual([kept]);
    expect(fates([stays], [leave('remove-role', 'role mz', 'nobody takes it', ['now'])])).toEqual([
      { ...kept, fate: 'left-behind', why: 'is left behind: nobody takes it', run: ['now'] },
    ]);
    expect(fates([absent('remove-role', 'role mz')], [])).toEqual([
      { object: 'role mz', fate: 'absent', why: 'is not there', run: [] },
    ]);
  });
});

describe('what appeared meanwhile', () => {
  test('is left behind where it should go, or would be left', () => {
    expect(fates([], [DROP])).toEqual([
      { object: 'role mz', fate: 'left-behind', why: 'it appeared meanwhile', run: ['DROP ROLE mz'] },
    ]);
    expect(fates([], [DROP], false, { 'remove-role': 'told' })).toMatchObject([{ why: 'told' }]);
    const left = leave('remove-role', 'role mz', 'a reason', ['x']);
    expect(fates([], [left])).toMatchObject([{ fate: 'left-behind', why: 'is left behind: a reason' }]);
    expect(fates([], [left], true)).toEqual([]);
    expect(fates([], [DROP], true)).toHaveLength(1);
  });

  test('is not told where it stays, or is none', () => {
    expect(fates([], [keep('remove-role', 'role mz', 'x'), absent('remove-slot', 'slot s')])).toEqual([]);
  });

  test('is told beside what was planned of the same kind', () => {
    const second = remove('remove-role', 'role other', 'drop it');
    expect(fates([DROP], [DROP, second]).map(({ object }) => object)).toEqual(['role mz', 'role other']);
  });
});

test('a step on the way is told where its publication stays, and not where that goes', () => {
  const way = remove('unpublish', 'tables of p', 'take them out');
  const publication = remove('remove-publication', 'publication p', 'drop it');
  const objects = (...steps: DestroyStep[]) => fates(steps, []).map(({ object }) => object);
  expect(objects(way, publication)).toEqual(['publication p']);
  expect(objects(way)).toEqual(['tables of p']);
  expect(objects(way, keep('remove-publication', 'publication p', 'others'))).toEqual(['tables of p', 'publication p']);
  expect(objects(keep('unpublish', 'tables of p', 'x'), publication)).toEqual(['tables of p', 'publication p']);
});

test('an object is foreign by its mark, or by having none', () => {
  expect(foreign(writeMark('shop'), 'shop')).toBeNull();
  expect(foreign(writeMark('other'), 'shop')).toBe('it belongs to pipeline other');
  expect(foreign(null, 'shop')).toBe('it was not made by n2m');
});
