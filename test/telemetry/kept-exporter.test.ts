import { Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { KeptExporter } from '../../src/telemetry/kept-exporter';

const SECRET = "ALTER ROLE mz PASSWORD 'hush'";

it('lets nothing of a span out but what is listed, whatever was put into it', () => {
  const out = new InMemorySpanExporter();
  const kept = new KeptExporter(out, new Resource({ 'service.name': 'n2m' }));
  const provider = new BasicTracerProvider({
    resource: new Resource({ secret: SECRET }),
    spanProcessors: [new SimpleSpanProcessor(kept)],
  });
  const tracer = provider.getTracer('n2m');
  const other = tracer.startSpan('other');
  const span = tracer.startSpan('postgres SELECT', {
    attributes: { 'db.operation.name': 'SELECT', 'db.query.text': SECRET },
    links: [{ context: other.spanContext(), attributes: { secret: SECRET } }],
  });
  span.addEvent(SECRET, { secret: SECRET });
  span.recordException(new Error(SECRET));
  span.setStatus({ code: 2, message: SECRET });
  span.end();
  const [told] = out.getFinishedSpans();
  expect(told).toMatchObject({ name: 'postgres SELECT', status: { code: 2 }, links: [], events: [] });
  expect(told?.attributes).toEqual({ 'db.operation.name': 'SELECT', 'error.type': 'Error' });
  expect(told?.resource.attributes).toEqual({ 'service.name': 'n2m' });
  expect(JSON.stringify({ ...told, instrumentationLibrary: null })).not.toContain('hush');
});
