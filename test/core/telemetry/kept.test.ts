import { failureTypeOf, keptOf } from '../../../src/core/telemetry/kept';

const SECRET = "ALTER ROLE mz PASSWORD 'hush'";

it('keeps nothing of what Temporal knows of a run but its ids', () => {
  const attributes = {
    workflowId: 'pipeline/shop/check-2026-01-01T00:00:00Z',
    runId: 'r-1',
    workflowType: 'checkReplication',
    memo: { file: SECRET },
    lastResult: { cause: SECRET },
    searchAttributes: { N2mPipeline: ['shop'] },
    namespace: 'default',
    startTime: new Date(0),
  };
  expect(keptOf({ name: 'RunWorkflow:checkReplication', attributes, events: [] })).toEqual({
    name: 'RunWorkflow:checkReplication',
    attributes: {
      'n2m.pipeline': 'shop',
      'temporal.workflow.id': 'pipeline/shop/check-2026-01-01T00:00:00Z',
      'temporal.run.id': 'r-1',
      'temporal.workflow.type': 'checkReplication',
    },
  });
});

it('keeps of an error its type, and neither message nor stack', () => {
  const thrown = { 'exception.type': 'ActivityFailure', 'exception.message': SECRET, 'exception.stacktrace': SECRET };
  const span = { name: 'StartActivity:ensureRole', attributes: {}, events: [{}, { attributes: thrown }] };
  expect(keptOf(span).attributes).toEqual({ 'n2m.step': 'role', 'error.type': 'ActivityFailure' });
  const ours = { ...span, attributes: { 'error.type': 'Conflict' } };
  expect(keptOf(ours).attributes['error.type']).toBe('Conflict');
  const odd = { ...span, events: [{ attributes: { 'exception.type': SECRET } }] };
  expect(keptOf(odd).attributes).toEqual({ 'n2m.step': 'role' });
});

it.each([
  ['db.operation.name', SECRET],
  ['db.operation.name', 'select'],
  ['db.system.name', SECRET],
  ['db.query.text', SECRET],
  ['server.address', 'user:hush@host/db'],
  ['error.type', SECRET],
  ['n2m.pipeline', SECRET],
  ['n2m.command', SECRET],
  ['n2m.system', [SECRET]],
  ['temporalWorkflowId', SECRET],
  ['temporalUpdateId', SECRET],
  ['temporalTerminateReason', SECRET],
  ['temporalTerminateReason', 'because'],
])('does not keep %s where it is %s', (key, value) => {
  expect(keptOf({ name: 'postgres SELECT', attributes: { [key]: value }, events: [] }).attributes).toEqual({});
});

it('keeps what is said of a statement in the words of the list', () => {
  const attributes = {
    'db.system.name': 'postgresql',
    'db.operation.name': 'ALTER PUBLICATION',
    'db.response.status_code': '42501',
    'server.address': 'ep-1.eu-central-1.aws.neon.tech',
    'server.port': 5432,
  };
  expect(keptOf({ name: 'postgres ALTER PUBLICATION', attributes, events: [] })).toEqual({
    name: 'postgres ALTER PUBLICATION',
    attributes,
  });
});

it('calls a step as plans do, and what is no step by its activity', () => {
  const step = (name: string) => keptOf({ name, attributes: {}, events: [] }).attributes['n2m.step'];
  expect(step('RunActivity:ensurePublication')).toBe('publication');
  expect(step('RunActivity:removeSlot')).toBe('remove-slot');
  expect(step('RunActivity:makePlan')).toBe('makePlan');
  expect(step('RunWorkflow:replicate')).toBeUndefined();
});

it('a name that could hold anything is none', () => {
  expect(keptOf({ name: SECRET, attributes: {}, events: [] }).name).toBe('unnamed');
});

it('a failure is a word of the closed set, whoever throws it', () => {
  expect(failureTypeOf({ type: 'Conflict' })).toBe('Conflict');
  expect(failureTypeOf({ info: { type: 'Timeout' } })).toBe('Timeout');
  for (const other of [{ type: SECRET }, new Error(SECRET), null, undefined, 'text'])
    expect(failureTypeOf(other)).toBeNull();
});
