import { writeMark } from '../../../src/core/plan/ownership';
import {
  addedBy,
  mergeAdded,
  readAdded,
  recordedSince,
  stillRecorded,
  writeAdded,
  type Added,
} from '../../../src/core/destroy/added';

const ALL: Added[] = [
  { kind: 'ip', cidr: '203.0.113.0/24' },
  { kind: 'role', name: 'materialize' },
  { kind: 'slot', name: 'materialize_0123456789abcdef0123456789abcdef' },
  { kind: 'identity', schema: 'public', name: 'Order "Items"', before: 'default', index: null },
  { kind: 'identity', schema: 'public', name: 'a', before: 'index', index: 'a b' },
  { kind: 'identity', schema: 'public', name: 'b', before: 'index', index: 'a b', columns: ['x', 'y z'] },
  { kind: 'identity', schema: 'public', name: 'c', before: 'nothing', index: null, publishedBy: ['p', 'q'] },
  {
    ...{ kind: 'identity', schema: 'public', name: 'd', before: 'index', index: 'i' },
    ...{ columns: ['x'], publishedBy: ['p'] },
  },
  { kind: 'usage', role: 'r', schema: 's' },
  { kind: 'select', role: 'r', schema: 's', name: 't' },
  { kind: 'future', role: 'r', owner: 'o', schema: 's' },
  { kind: 'published', publication: 'p', schema: 's', name: 't' },
  { kind: 'operations', publication: 'p', before: 'insert, update' },
];

describe('the record of what was added', () => {
  it.each(ALL.map((added) => [added.kind, added] as const))('reads back %s as it was written', (_kind, added) => {
    expect(readAdded(writeAdded(added))).toEqual(added);
  });

  it('keeps the first record of a table: what came later was not there before us', () => {
    const first = mergeAdded([], [{ kind: 'identity', schema: 's', name: 't', before: 'default', index: null }]);
    expect(mergeAdded(first, [{ kind: 'identity', schema: 's', name: 't', before: 'nothing', index: null }])).toEqual(
      first,
    );
  });

  it('adds nothing twice and keeps what it does not know', () => {
    const texts = mergeAdded(['future-kind ["x"]'], ALL);
    expect(texts).toHaveLength(ALL.length + 1);
    expect(mergeAdded(texts, ALL)).toEqual(texts);
    expect(readAdded('future-kind ["x"]')).toBeNull();
  });

  it.each(['role', 'identity ["a"]', 'select ["a","b"]', 'role not json', 'identity ["a","b","odd"]'])(
    'does not take %p for a removal',
    (text) => {
      const read = readAdded(text);
      expect(read === null || read.kind === 'ip').toBe(true);
    },
  );

  const recording = (...texts: string[]) => [{ comment: writeMark('shop', texts) }];

  it('knows what was recorded since, whatever is said of what was known', () => {
    const identity = { kind: 'identity', schema: 's', name: 't', before: 'default', index: null } as const;
    const publications = recording(writeAdded(identity), ...ALL.map(writeAdded));
    expect(recordedSince([...ALL, identity], publications)).toEqual([]);
    expect(recordedSince([...ALL, { ...identity, before: 'nothing' }], publications)).toEqual([]);
    expect(recordedSince(ALL.slice(1), publications)).toEqual([identity, ALL[0]]);
    expect(recordedSince([], [{ comment: null }])).toEqual([]);
  });

  it('takes back all that it could have written', () => {
    expect(addedBy(recording(...ALL.map(writeAdded)))).toEqual(ALL);
  });

  it.each([
    'slot ["debezium"]',
    'slot ["materialize_0"]',
    'role ["pg_monitor"]',
    'usage ["public","s"]',
    'select ["pg_read_all_data","s","t"]',
    'operations ["p","insert; DROP TABLE x"]',
    'anything',
  ])('takes %p for nothing it wrote', (text) => {
    expect(addedBy(recording(text))).toEqual([]);
  });

  it('takes back only what is still recorded, whatever a plan says', () => {
    const [first, second] = ALL.slice(1, 3) as [Added, Added];
    expect(stillRecorded([first, second], recording(writeAdded(second)))).toEqual([second]);
    expect(stillRecorded([first], [{ comment: null }])).toEqual([]);
  });
});
