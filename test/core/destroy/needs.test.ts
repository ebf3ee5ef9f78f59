import type { TableSelection } from '../../../src/core/spec/types';
import type { Added } from '../../../src/core/destroy/added';
import type { Other, RecordPlace } from '../../../src/core/destroy/other';
import { goesOver, keptFor, nearer, NOBODY, parted, reachOf, readersOf } from '../../../src/core/destroy/others';

const ORDERS = { schema: 'public', name: 'orders' };
const RECORD: RecordPlace = { branch: null, database: 'shop', publication: 'n2m_b', exists: true, holds: [] };

/** Somebody beside us of whom everything is known. */
const other = (change: Partial<Other> = {}): Other => ({
  ...{ who: 'pipeline b', pipeline: 'b', near: 'database', role: 'mz', via: 'api', neon: true },
  ...{ publication: 'theirs', tables: [ORDERS], selection: null, record: RECORD },
  ...change,
});
/** Every table of a schema or of those of a pattern. */
const of = (glob: string, ...exclude: string[]): TableSelection => ({
  ...{ kind: 'schemas', schemas: [], globs: [glob], aliases: [], exclude },
});
const kept = (entry: Added, ...known: Other[]) => keptFor(entry, { known, unread: [] });

const IP: Added = { kind: 'ip', cidr: '203.0.113.0/24' };
const ROLE: Added = { kind: 'role', name: 'mz' };
const SELECT: Added = { kind: 'select', role: 'mz', ...ORDERS };
const USAGE: Added = { kind: 'usage', role: 'mz', schema: 'public' };
const FUTURE = { kind: 'future', role: 'mz', schema: 'public' } as Added;
const PUT: Added = { kind: 'published', publication: 'theirs', ...ORDERS };
const OPERATIONS = { kind: 'operations', publication: 'theirs', before: [] } as unknown as Added;
const IDENTITY = { kind: 'identity', ...ORDERS, before: 'default' } as unknown as Added;

test('nobody is known and nothing unread, to begin with', () => expect(NOBODY).toEqual({ known: [], unread: [] }));

test.each<[string, Added, Partial<Other>, boolean]>([
  ['an address, whatever is known', IP, { role: null, tables: [], near: 'project' }, true],
  ['their role', ROLE, { near: 'server' }, true],
  ['a role of the same name elsewhere in the project', ROLE, { near: 'project' }, false],
  ['another role', ROLE, { role: 'other' }, false],
  ['a role, where theirs is not known', ROLE, { role: null }, true],
  ['a grant on their table', SELECT, {}, true],
  ['a grant in another database', SELECT, { near: 'server' }, false],
  ['a grant on a table they do not read', SELECT, { tables: [{ schema: 'public', name: 'x' }] }, false],
  ['a grant on a table of their schema', SELECT, { tables: [], selection: of('public') }, true],
  ['a grant on a table of a schema by their pattern', SELECT, { tables: [], selection: of('pub*') }, true],
  ['a grant on a table of another schema than their pattern', SELECT, { tables: [], selection: of('sub*') }, false],
  ['a grant on a table that they exclude', SELECT, { tables: [], selection: of('public', 'or*') }, false],
  ['a grant on a table that they exclude, and still read', SELECT, { selection: of('public', 'or*') }, true],
  ['a grant, where their pattern cannot be read', SELECT, { tables: [], selection: of('"') }, true],
  ['a grant, where what they exclude cannot be read', SELECT, { tables: [], selection: of('public', '"') }, true],
  ['a grant, where what they read is not known', SELECT, { tables: null }, true],
  ['the schema of a table of theirs', USAGE, { tables: [{ schema: 'x', name: 'x' }, ORDERS] }, true],
  ['a schema of theirs', USAGE, { tables: [], selection: of('public', 'or*') }, true],
  ['a schema, where what they read is not known', USAGE, { tables: null }, true],
  ['another schema', USAGE, { tables: [{ schema: 'x', name: 'x' }], selection: of('y') }, false],
  ['future tables of a schema of theirs', FUTURE, {}, true],
  ['future tables of another schema', FUTURE, { tables: [] }, false],
  ['future tables, for another role', FUTURE, { role: 'other' }, false],
  ['a table in their publication', PUT, {}, true],
  ['a table in another publication', PUT, { publication: 'another' }, false],
  ['a table in a publication, of another table', PUT, { tables: [] }, false],
  ['a table in a publication, in another database', PUT, { near: 'server' }, false],
  ['operations of their publication', OPERATIONS, {}, true],
  ['operations, where what they read is not known', OPERATIONS, { tables: null }, true],
  ['operations of a publication of which they read nothing', OPERATIONS, { tables: [] }, false],
  ['operations of a publication of whatever is selected', OPERATIONS, { tables: [], selection: of('public') }, true],
  ['operations of another publication', OPERATIONS, { publication: 'another' }, false],
  ['a replica identity, which publications tell', IDENTITY, {}, false],
])('somebody needs %s', (_what, entry, change, needed) => {
  expect(kept(entry, other(change)) !== null).toBe(needed);
});

test('what stays names everybody who needs it, once', () => {
  const why = (...who: string[]) => kept(ROLE, ...who.map((name) => other({ who: name })))?.why;
  expect(why('a')).toBe('a needs it');
  expect(why('a', 'a')).toBe('a needs it');
  expect(why('a', 'b')).toBe('a, b need it');
});

test('what could not be read is named, each of it, within reach', () => {
  const unread = [
    { what: 'x', near: 'server' as const },
    { what: 'y', near: 'database' as const },
    { what: 'z', near: 'project' as const },
  ];
  const why = (entry: Added) => keptFor(entry, { known: [], unread })?.why;
  expect(why(ROLE)).toBe('could not tell whether anybody else needs it: x; y');
  expect(why(SELECT)).toBe('could not tell whether anybody else needs it: y');
  expect(why(IP)).toBe('could not tell whether anybody else needs it: x; y; z');
  expect(why(IDENTITY)).toBeUndefined();
});

test.each<[string, Added, Partial<Other>, boolean]>([
  ['a role by SQL', ROLE, { via: 'sql' }, true],
  ['a role by the API', ROLE, { via: 'api' }, true],
  ['a given role', ROLE, { via: 'given' }, false],
  ['a role nobody knows the making of', ROLE, { via: null }, false],
  ['an address of Neon', IP, { neon: true }, true],
  ['an address of another server', IP, { neon: false }, false],
  ['an address of who knows', IP, { neon: null }, false],
  ['a grant in this database', SELECT, {}, true],
  ['anything without a record', SELECT, { record: null }, false],
])('it goes over: %s', (_what, entry, change, goes) => {
  expect(kept(entry, other(change))?.to?.record ?? null).toEqual(goes ? RECORD : null);
});

test('it goes over to the first who can take it back', () => {
  const second = { ...RECORD, publication: 'n2m_c' };
  const to = kept(ROLE, other({ via: 'given' }), other({ who: 'pipeline c', record: second }))?.to;
  expect(to?.record.publication).toBe('n2m_c');
});

test('it is theirs once our record is there to give it, or theirs holds it', () => {
  const one = kept(ROLE, other())!;
  const holding = kept(ROLE, other({ record: { ...RECORD, holds: ['role mz'] } }))!;
  const nowhere = kept(ROLE, other({ record: null }))!;
  expect([goesOver(one, true), goesOver(one, false)]).toEqual([true, false]);
  expect([goesOver(nowhere, true), goesOver(nowhere, false)]).toEqual([false, false]);
  expect(goesOver(holding, true)).toBe(true);
});

test('entries are parted into those that may go and those that stay', () => {
  const { take, kept: stay } = parted([SELECT, IDENTITY, ROLE], { known: [other()], unread: [] });
  expect(take).toEqual([IDENTITY]);
  expect(stay.map(({ entry }) => entry)).toEqual([SELECT, ROLE]);
});

test('whoever reads a publication of this database is named once', () => {
  const known = [
    ...[other(), other(), other({ who: 'source x' })],
    ...[other({ who: 'far', near: 'server' }), other({ who: 'otherwise', publication: 'another' })],
  ];
  expect(readersOf('theirs', { known, unread: [] })).toEqual(['pipeline b', 'source x']);
  expect(readersOf('nobody', { known, unread: [] })).toEqual([]);
});

test('one looks as far as the farthest entry reaches, and no farther than asked', () => {
  expect(reachOf([IP, ROLE, SELECT], false)).toBe('project');
  expect(reachOf([SELECT, ROLE, SELECT], false)).toBe('server');
  expect(reachOf([], true)).toBe('server');
  expect(reachOf([IP], true)).toBe('project');
  expect(nearer(null, 'server')).toBeNull();
  expect(nearer('database', 'server')).toBe('database');
  expect(nearer('server', 'server')).toBe('server');
  expect(nearer('project', 'server')).toBe('server');
});
