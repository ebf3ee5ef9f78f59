import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkRequest, checkResponse, findCall, type KnownCall } from './openapi';
import { startValidatingProxy } from './validating-proxy';

function known(method: string, path: string): KnownCall {
  const call = findCall(method, path);
  if (call === null) throw new Error(`${method} ${path} is not in the specification`);
  return call;
}

const none = new URLSearchParams();
const update = known('PATCH', '/projects/shiny-wind-028834');
const createRole = known('POST', '/projects/shiny-wind-028834/branches/br-a/roles');
const uri = known('GET', '/projects/shiny-wind-028834/connection_uri');

describe('a request is refused when', () => {
  it.each<[string, string[]]>([
    ['a type is wrong', checkRequest(update, none, { project: { settings: { enable_logical_replication: 'yes' } } })],
    ['a field is misspelt', checkRequest(update, none, { project: { settings: { enable_logical_replicaton: true } } })],
    ['a required field is missing', checkRequest(createRole, none, { role: {} })],
    ['the body is missing', checkRequest(createRole, none, undefined)],
    ['a body comes with a GET', checkRequest(uri, new URLSearchParams('database_name=a&role_name=b'), {})],
    ['a required query parameter is missing', checkRequest(uri, new URLSearchParams('database_name=a'), undefined)],
    [
      'a query parameter is unknown',
      checkRequest(uri, new URLSearchParams('database_name=a&role_name=b&x=1'), undefined),
    ],
    [
      'a query parameter has a wrong type',
      checkRequest(uri, new URLSearchParams('database_name=a&role_name=b&pooled=1'), undefined),
    ],
    ['an id has a wrong form', checkRequest(known('GET', '/projects/Shiny_Wind'), none, undefined)],
  ])('%s', (_why, reasons) => expect(reasons).toHaveLength(1));

  it('nothing is wrong', () => {
    expect(checkRequest(update, none, { project: { settings: { enable_logical_replication: true } } })).toEqual([]);
    expect(checkRequest(uri, new URLSearchParams('database_name=a&role_name=b&pooled=false'), undefined)).toEqual([]);
  });
});

describe('an answer is refused when', () => {
  const role = { branch_id: 'br-a', name: 'r', created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' };
  it.each<[string, string[]]>([
    ['its status is unknown', checkResponse(createRole, 200, { role, operations: [] })],
    ['a required field is missing', checkResponse(createRole, 201, { role })],
    [
      'a field is not in the specification',
      checkResponse(createRole, 201, { role: { ...role, secret: 'x' }, operations: [] }),
    ],
    ['a time is no time', checkResponse(createRole, 201, { role: { ...role, created_at: 'now' }, operations: [] })],
    ['an error has another shape', checkResponse(createRole, 423, { error: 'busy' })],
    ['a 204 has a body', checkResponse(known('DELETE', '/projects/p/branches/br-a/roles/r'), 204, {})],
  ])('%s', (_why, reasons) => expect(reasons.length).toBeGreaterThan(0));

  it('nothing is wrong', () => {
    expect(checkResponse(createRole, 201, { role, operations: [] })).toEqual([]);
    expect(checkResponse(createRole, 423, { code: '', message: 'busy' })).toEqual([]);
  });
});

it('stands in front of an API and lets nothing wrong through in either direction', async () => {
  const wrong = createServer((_request, response) => response.end(JSON.stringify({ operation: { id: 'x' } })));
  await new Promise<void>((resolve) => wrong.listen(0, '127.0.0.1', resolve));
  const proxy = await startValidatingProxy(`http://127.0.0.1:${(wrong.address() as AddressInfo).port}/api/v2`);
  expect((await fetch(`${proxy.api}/projects/p/operations?limit=0`)).status).toBe(599);
  expect((await fetch(`${proxy.api}/projects/p/operations/${crypto.randomUUID()}`)).status).toBe(599);
  expect((await fetch(`${proxy.api}/projects/p/no-such-thing`)).status).toBe(599);
  const [request, ...answers] = proxy.violations();
  expect(request).toContain('limit: must be >= 1');
  expect(answers.some((each) => each.includes("must have required property 'status'"))).toBe(true);
  await proxy.stop();
  await new Promise((resolve) => wrong.close(resolve));
});
