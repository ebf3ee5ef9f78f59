import {
  carriedBy,
  commentStatement,
  dropDependent,
  grantsOf,
  keywordOf,
  ownerTo,
  showCreate,
  withoutIds,
} from '../../../src/core/repair/privileges';

const name = { database: 'materialize', schema: 'shop', name: 'v' };
const FULL = '"materialize"."shop"."v"';
const roles = new Map([
  ['u1', 'owner'],
  ['u3', 'reader'],
]);
const grants = (list: string) => grantsOf(list, name, 'u1', roles);

test('each letter of an access list is a privilege', () => {
  expect(grants('{u3=rawdUC/u1}')).toEqual([
    `GRANT SELECT, INSERT, UPDATE, DELETE, USAGE, CREATE ON TABLE ${FULL} TO "reader"`,
  ]);
});

test.each([
  ['no entries', '{}'],
  ['nothing', ''],
  ['the owner', '{u1=r/u1}'],
  ['a role nobody knows', '{u7=r/u1}'],
  ['letters nobody knows', '{u3=XY/u1}'],
  ['no letters', '{u3=/u1}'],
])('%s gives no grant', (_what, list) => expect(grants(list)).toEqual([]));

test('an entry in quotes is read, and one by somebody else, too', () => {
  expect(grants('{"u3=r/u1",u3=a/u9}')).toEqual([
    `GRANT SELECT ON TABLE ${FULL} TO "reader"`,
    `GRANT INSERT ON TABLE ${FULL} TO "reader"`,
  ]);
});

test.each([
  ['view', 'VIEW'],
  ['materialized-view', 'MATERIALIZED VIEW'],
  ['index', 'INDEX'],
  ['sink', 'SINK'],
  ['source', 'SOURCE'],
  ['table', 'TABLE'],
])('a %s is a %s in each statement', (type, word) => {
  expect(keywordOf(type)).toBe(word);
  expect(dropDependent(type, name)).toBe(`DROP ${word} IF EXISTS ${FULL} RESTRICT`);
  expect(showCreate(type, name)).toBe(`SHOW CREATE ${word} ${FULL}`);
  expect(ownerTo(type, name, 'o"x')).toBe(`ALTER ${word} ${FULL} OWNER TO "o""x"`);
  expect(commentStatement(type, name, null, 'x')).toBe(`COMMENT ON ${word} ${FULL} IS 'x'`);
});

test('what a subsource carried is what a table in its place carries, and the other way round', () => {
  const said = (type: string) => [
    commentStatement(type, name, null, 'COMMENT ON SOURCE x'),
    commentStatement(type, name, 'c', 'y'),
  ];
  const kept = { id: 'u1', type: 'source', name: 'm.shop.v', item: name, sql: null, owner: 'o' };
  const granted = grants('{u3=r/u1}');
  const table = { ...kept, type: 'table', grants: granted, comments: said('table') };
  const source = { ...kept, grants: granted, comments: said('source') };
  expect(carriedBy(source, 'table')).toEqual(table);
  expect(carriedBy(table, 'source')).toEqual(source);
});

test('what cannot be brought back has no word', () => expect(keywordOf('secret')).toBeNull());

test('ids of several digits go, a cluster without a name stays', () => {
  const clusters = new Map([['u12', 'c']]);
  expect(withoutIds('a [u123 AS "m"."s"."x"] IN CLUSTER [u12], [s45 AS y] IN CLUSTER [s1]', clusters)).toBe(
    'a "m"."s"."x" IN CLUSTER "c", y IN CLUSTER [s1]',
  );
});
