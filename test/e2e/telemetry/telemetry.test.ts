import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { SCRUBBED } from '../../../src/core/failures/scrub';
import { startCollector, type Collector, type Span } from './collector';
import { leaks } from '../support/leaks';
import { until } from '../support/until';
import { World } from '../support/world';

jest.setTimeout(240_000);
Runtime.install({ logger: new DefaultLogger('ERROR') });

const KEY = `cnry-collector-${randomBytes(12).toString('hex')}`;

/** What the field sets, and quick. */
const sending = (collector: Collector): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${KEY}`,
  OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
  OTEL_BSP_SCHEDULE_DELAY: '100',
  OTEL_METRIC_EXPORT_INTERVAL: '500',
});

const below = (spans: Span[], parent: Span): Span[] => spans.filter((span) => span.parentSpanId === parent.spanId);

/** The one span of that name, below `parent` or anywhere. */
function find(spans: Span[], name: string, parent?: Span): Span {
  const found = (parent ? below(spans, parent) : spans).filter((span) => span.name === name);
  const among = (parent ? below(spans, parent) : spans).map((span) => span.name).join(', ');
  if (!found[0]) throw new Error(`no ${name} among ${among}`);
  return found[0];
}

/** The root of the trace that a command began. */
const traceOf = (spans: Span[], command: string): Span[] => {
  const { traceId } = find(spans, command);
  return spans.filter((span) => span.traceId === traceId);
};

describe('a worker and a command line that are told where a collector is', () => {
  let world: World;
  let collector: Collector;
  beforeAll(async () => {
    collector = await startCollector();
    world = await World.start({ neon: { sampleOrders: 50, operationMs: 50 }, env: sending(collector) });
    await world.startWorker();
    const applied = await world.n2m(['apply', await world.write(), '--yes']);
    if (applied.code !== 0) throw new Error(applied.stderr);
    const refused = await world.write((file) => (file.source.apiKey = 'env:N2M_SECRET_NOT_THERE'));
    await world.n2m(['plan', refused]);
    await until(() => {
      const { spans } = { spans: collector.spans() };
      const names = spans.map(({ name }) => name);
      const there = ['RunWorkflow:replicate', 'RunWorkflow:checkReplication', 'n2m plan'];
      return Promise.resolve(there.every((name) => names.includes(name)) ? true : undefined);
    }, 'the spans');
  });
  afterAll(async () => {
    await world.stop();
    await collector.stop();
  });

  it('tell one story of an apply: command, run, steps, statements', () => {
    const spans = traceOf(collector.spans(), 'n2m apply');
    const root = find(spans, 'n2m apply');
    expect(root).toMatchObject({ parentSpanId: '', service: 'n2m', attributes: { 'n2m.command': 'apply' } });
    const run = find(spans, 'RunWorkflow:replicate', find(spans, 'StartWorkflow:replicate', root));
    expect(run.service).toBe('n2m-worker');
    const step = find(spans, 'RunActivity:ensurePublication', find(spans, 'StartActivity:ensurePublication', run));
    expect(step.attributes).toMatchObject({
      'n2m.pipeline': world.name,
      'n2m.step': 'publication',
      'n2m.system': ['postgres'],
      'n2m.attempt': 1,
    });
    expect(find(spans, 'postgres ALTER PUBLICATION', step).attributes).toMatchObject({
      'db.system.name': 'postgresql',
      'db.operation.name': 'ALTER PUBLICATION',
      'server.address': expect.any(String) as string,
    });
    const source = find(spans, 'RunActivity:ensureSource', find(spans, 'StartActivity:ensureSource', run));
    const made = find(spans, 'materialize CREATE SOURCE', source);
    expect(made.attributes).toMatchObject({ 'db.system.name': 'materialize', 'db.operation.name': 'CREATE SOURCE' });
    const asked = find(spans, 'RunActivity:ensureRole', find(spans, 'StartActivity:ensureRole', run));
    expect(find(spans, 'neon POST', asked).attributes).toMatchObject({ 'http.request.method': 'POST' });
    // Nothing hangs in the air: every parent came, too.
    const known = new Set(spans.map(({ spanId }) => spanId));
    expect(spans.filter(({ parentSpanId }) => parentSpanId !== '' && !known.has(parentSpanId))).toEqual([]);
    expect(spans.some(({ name }) => /Query|Describe/.test(name))).toBe(false);
  });

  it('tell what a step failed with in one word', () => {
    const spans = traceOf(collector.spans(), 'n2m plan');
    const [failed] = spans.filter(({ name }) => name === 'RunActivity:makePlan');
    expect(failed).toMatchObject({ failed: true, message: '', events: 0 });
    expect(failed?.attributes).toMatchObject({ 'error.type': 'SecretMissing', 'n2m.pipeline': world.name });
  });

  it('say nothing of what is in statements, and no secret', () => {
    const bodies = collector.received.map(({ body }) => body.toString('latin1')).join('\n');
    const texts = { 'what was sent': bodies, 'worker log': world.log.join('') };
    const ownerUrl = world.neon.ownerUrl();
    const secrets = {
      'Neon API key': world.neon.apiKey,
      'owner URL': ownerUrl,
      'owner password': decodeURIComponent(new URL(ownerUrl).password),
      'collector key': KEY,
    };
    expect(leaks(texts, secrets)).toEqual([]);
    // Names that every statement about an object has, and the words around them.
    const told = [`n2m_${world.name}`, `mz_${world.name}`, 'Order Items', 'public.orders', 'pg_catalog', 'FOR TABLE'];
    expect(told.filter((text) => bodies.includes(text))).toEqual([]);
    expect(bodies).toContain('postgres CREATE PUBLICATION');
    // A line of the log leads to its trace.
    expect(texts['worker log']).toContain(`trace_id=${find(collector.spans(), 'n2m apply').traceId}`);
  });

  it('keep the key out of the worker’s log, whoever put it into a message', async () => {
    const before = world.log.length;
    await world.n2m(['plan', await world.write((file) => (file.source.database = KEY))]);
    const said = await until(() => {
      const text = world.log.slice(before).join('');
      return Promise.resolve(text.includes(SCRUBBED) ? text : undefined);
    }, 'a line about that database');
    expect(leaks({ log: said }, { 'collector key': KEY })).toEqual([]);
  });

  it('put nothing but the ids of trace and span into headers', async () => {
    const { events } = await world.temporal.workflow.getHandle(`pipeline/${world.name}`).fetchHistory();
    const headers = (events ?? []).flatMap((event) => [
      ...(event.workflowExecutionStartedEventAttributes ? [event.workflowExecutionStartedEventAttributes.header] : []),
      ...(event.activityTaskScheduledEventAttributes ? [event.activityTaskScheduledEventAttributes.header] : []),
    ]);
    expect(headers.length).toBeGreaterThan(10);
    for (const header of headers) {
      const fields = Object.entries(header?.fields ?? {});
      const [, payload] = fields[0] ?? [];
      expect(fields.map(([name]) => name)).toEqual(['_tracer-data']);
      const ids = expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/) as string;
      expect(JSON.parse(Buffer.from(payload?.data ?? []).toString())).toEqual({ traceparent: ids });
    }
  });

  it('leave a history that workers carry on which do not trace, and those that do', async () => {
    const history = await world.temporal.workflow.getHandle(`pipeline/${world.name}`).fetchHistory();
    for (const bundle of ['', '-traced']) {
      const workflowBundle = { codePath: join(__dirname, '../../../lib', `workflow-bundle${bundle}.js`) };
      const sinks = { exporter: { export: { fn: () => undefined } } };
      await Worker.runReplayHistory({ workflowBundle, sinks }, history);
    }
  });

  it('send their metrics there, ours and the SDK’s', async () => {
    await until(() => Promise.resolve(collector.metrics().has('n2m_verdict') ? true : undefined), 'our metrics');
    const metrics = collector.metrics();
    expect([...(metrics.get('n2m_verdict') ?? [])]).toEqual(expect.arrayContaining(['pipeline', 'verdict']));
    expect([...metrics.keys()].some((name) => name.startsWith('temporal_workflow_'))).toBe(true);
  });

  it('go by the variables of the field: key, service, resource', () => {
    for (const path of ['/v1/traces', '/v1/metrics']) {
      const keys = collector.received.filter((one) => one.path === path).map(({ headers }) => headers.authorization);
      expect([...new Set(keys)]).toEqual([`Bearer ${KEY}`]);
    }
    const services = new Set(collector.resources().map((resource) => resource['service.name']));
    expect(services).toEqual(new Set(['n2m', 'n2m-worker']));
    const environments = new Set(collector.resources().map((resource) => resource['deployment.environment']));
    expect(environments).toEqual(new Set(['test']));
  });
});

describe('with payloads that are encrypted, and nothing taken in clear', () => {
  let world: World;
  let collector: Collector;
  beforeAll(async () => {
    collector = await startCollector();
    const codec = {
      N2M_SECRET_CODEC_K1: randomBytes(32).toString('base64'),
      N2M_CODEC_KEYS: 'k1=env:N2M_SECRET_CODEC_K1',
      N2M_CODEC_REQUIRE: '1',
    };
    world = await World.start({ neon: { sampleOrders: 10 }, env: { ...sending(collector), ...codec } });
    await world.startWorker();
  });
  afterAll(async () => {
    await world.stop();
    await collector.stop();
  });

  it('a trace goes from the command line to the statements all the same: it is no part of what is encrypted', async () => {
    const planned = await world.n2m(['plan', await world.write()]);
    expect({ code: planned.code, stderr: planned.stderr }).toEqual({ code: 3, stderr: expect.any(String) as string });
    await until(() => {
      const there = collector.spans().some(({ name }) => name === 'RunWorkflow:planReplication');
      return Promise.resolve(there ? true : undefined);
    }, 'the spans');
    const spans = traceOf(collector.spans(), 'n2m plan');
    const step = find(spans, 'RunActivity:makePlan');
    expect(below(spans, step).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['postgres SELECT', 'materialize SELECT', 'neon GET']),
    );
  });
});

describe('without those variables', () => {
  let world: World;
  let collector: Collector;
  beforeAll(async () => {
    collector = await startCollector();
    const loads = { NODE_OPTIONS: `--require ${join(__dirname, 'loads.js')}` };
    world = await World.start({ neon: { sampleOrders: 10 }, env: { ...loads, N2M_LOADS: 'opentelemetry' } });
    await world.startWorker();
  });
  afterAll(async () => {
    await world.stop();
    await collector.stop();
  });

  const said = ({ stderr }: { stderr: string }): string[] => stderr.split('\n').filter((line) => /^loaded/.test(line));

  it('nothing is loaded, by the worker or the command line, and none of it would be in a header', async () => {
    const file = await world.write();
    const planned = await world.n2m(['plan', file]);
    expect({ code: planned.code, loaded: said(planned) }).toEqual({ code: 3, loaded: [] });
    expect(said({ stderr: world.log.join('') })).toEqual([]);
    const query = `N2mPipeline = '${world.name}'`;
    const headers: string[] = [];
    for await (const { workflowId, runId } of world.temporal.workflow.list({ query })) {
      const { events } = await world.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
      headers.push(
        ...(events ?? []).flatMap((e) => Object.keys(e.workflowExecutionStartedEventAttributes?.header?.fields ?? {})),
      );
    }
    expect(headers).toEqual([]);
  });

  it('and it is these variables alone that change it', async () => {
    const traced = await world.n2m(['plan', await world.write()], sending(collector));
    expect(said(traced).length).toBeGreaterThan(0);
    expect(collector.spans().map(({ name }) => name)).toContain('n2m plan');
  });

  it('TRACEPARENT makes a command part of the trace that runs it', async () => {
    const [trace, parent] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
    await world.n2m(['explain', 'freshness'], { ...sending(collector), TRACEPARENT: `00-${trace}-${parent}-01` });
    expect(find(collector.spans(), 'n2m explain')).toMatchObject({ traceId: trace, parentSpanId: parent });
  });

  it('a collector that is away costs a command no more than its patience and a worker one line, without the key', async () => {
    const env = { ...sending(collector), OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    const before = Date.now();
    const explained = await world.n2m(['explain', 'freshness'], env);
    expect({ code: explained.code, stderr: said(explained).length > 0 }).toEqual({ code: 0, stderr: true });
    expect(explained.stderr).not.toContain('ECONNREFUSED');
    expect(Date.now() - before).toBeLessThan(20_000);

    const apart = await World.start({ neon: { sampleOrders: 10 }, env });
    try {
      await apart.startWorker();
      await apart.n2m(['plan', await apart.write()]);
      const line = 'traces do not arrive: see OTEL_EXPORTER_OTLP_ENDPOINT';
      const log = await until(() => {
        const text = apart.log.join('');
        return Promise.resolve(text.includes(line) ? text : undefined);
      }, 'the line');
      expect(log.split(line)).toHaveLength(2);
      expect(leaks({ log }, { 'collector key': KEY })).toEqual([]);
    } finally {
      await apart.stop();
    }
  });
});
