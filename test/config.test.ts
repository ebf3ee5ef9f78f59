import { parseConfig } from '../src/config';

it.each([
  ['db.internal', ['db.internal:5432']],
  ['DB.internal:6432, 10.0.0.7', ['db.internal:6432', '10.0.0.7:5432']],
  ['[fd00::1]:5433', ['fd00::1:5433']],
  ['', []],
])('N2M_REACHABLE_ALLOW=%s', (value, allowed) => {
  expect(parseConfig({ N2M_REACHABLE_ALLOW: value }).reachableAllow).toEqual(allowed);
});

it.each(['db:port', 'a b', 'db:5432:1', 'https://db'])('N2M_REACHABLE_ALLOW=%s is refused by name', (value) => {
  expect(() => parseConfig({ N2M_REACHABLE_ALLOW: value })).toThrow(/N2M_REACHABLE_ALLOW.*e\.g\. db\.internal:5432/);
});
