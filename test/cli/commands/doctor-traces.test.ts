import { traceLines } from '../../../src/cli/commands/doctor/traces';

it('doctor says nothing of traces that nobody asked for', () => {
  expect(traceLines({})).toEqual([]);
});

it('doctor says where they go, without what the URL may hold', () => {
  const [line] = traceLines({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://me:hush@otlp.example.com/key-123' });
  expect(line).toEqual({ what: 'traces', state: 'ok', detail: 'go to otlp.example.com', next: null });
});

it('doctor says why there are none', () => {
  const [line] = traceLines({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
  expect(line).toMatchObject({ state: 'warning', detail: expect.stringContaining('http/protobuf alone') as string });
  expect(line?.next).toContain('OTEL_SDK_DISABLED');
});
