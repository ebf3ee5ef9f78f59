import { join } from 'node:path';
import { ConfigMap, ServiceAccount } from 'kubernetes-models/v1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import * as ts from 'typescript';
import { parseAllDocuments } from 'yaml';
import { at } from './documents';
import { read } from './pages';
import { refusedByController } from './worker-controller';

/** Kinds of the manifests, as npm `kubernetes-models` makes them from the API's own OpenAPI file. */
const KINDS = { ConfigMap, ServiceAccount, Deployment, PodDisruptionBudget, NetworkPolicy };
type Kind = keyof typeof KINDS;
const MODULES: Record<Kind, string> = {
  ConfigMap: 'v1',
  ServiceAccount: 'v1',
  Deployment: 'apps/v1',
  PodDisruptionBudget: 'policy/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
};

type Manifest = { apiVersion: string; kind: Kind; spec?: Record<string, unknown> };

/** YAML 1.1, as kubectl reads it. */
const documents = <T>(file: string): T[] =>
  parseAllDocuments(read(`ops/kubernetes/${file}`), { version: '1.1' }).map((each) => each.toJS() as T);
const manifests = (): Manifest[] => [...documents<Manifest>('common.yaml'), ...documents<Manifest>('worker.yaml')];

/** What the API's schema says against them: types, formats and what is required. */
function refused(manifest: Manifest): string | null {
  try {
    new KINDS[manifest.kind](manifest as never).validate();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The schema lets unknown fields pass, and so would a misspelt one; the compiler does not. */
function misspelt(all: Manifest[]): string[] {
  const file = join(__dirname, 'manifests.ts');
  const lines = all.map(
    (manifest, index) =>
      `export const m${index}: import('kubernetes-models/${MODULES[manifest.kind]}').I${manifest.kind} = ${JSON.stringify(manifest)};`,
  );
  const options: ts.CompilerOptions = {
    ...{ noEmit: true, strict: true, skipLibCheck: true, types: [] },
    ...{ module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  };
  const host = ts.createCompilerHost(options);
  const fileExists = host.fileExists.bind(host);
  const getSourceFile = host.getSourceFile.bind(host);
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, target, ...rest) =>
    name === file ? ts.createSourceFile(file, lines.join('\n'), target) : getSourceFile(name, target, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('ops/kubernetes/common.yaml with worker.yaml', () => {
  it('is what the Kubernetes API takes', () => {
    const all = manifests();
    expect(all.map(({ kind }) => kind).sort()).toEqual(Object.keys(KINDS).sort());
    expect(all.map(refused)).toEqual(all.map(() => null));
    expect(misspelt(all)).toEqual([]);
  });

  it('would not pass with a wrong type, without what is required or with a name misspelt, so this test can fail', () => {
    const broken = (change: (spec: Record<string, unknown>) => void): Manifest => {
      const deployment = manifests().find(({ kind }) => kind === 'Deployment');
      change(deployment?.spec ?? {});
      return deployment as Manifest;
    };
    expect(refused(broken((spec) => (spec.replicas = '2')))).toContain('must be integer');
    expect(refused(broken((spec) => delete spec.selector))).toContain('required property selector');
    expect(misspelt([broken((spec) => (spec.replica = 2))])).toEqual([expect.stringContaining('"replica"')]);
    const policy = manifests().find(({ kind }) => kind === 'NetworkPolicy') as Manifest;
    const { ingress, ...spec } = policy.spec ?? {};
    expect(misspelt([{ ...policy, spec: { ...spec, ingres: ingress } }])).toEqual([
      expect.stringContaining('"ingres"'),
    ]);
  });
});

describe('ops/kubernetes/worker-deployment.yaml', () => {
  type Custom = { kind: string; metadata: object; spec: Record<string, unknown> };
  const custom = (): Custom[] => documents<Custom>('worker-deployment.yaml');
  const workerDeployment = (): Custom => custom().find(({ kind }) => kind === 'WorkerDeployment') as Custom;
  const deployment = (): Manifest => manifests().find(({ kind }) => kind === 'Deployment') as Manifest;
  const common = (kind: Kind): Manifest => manifests().find((one) => one.kind === kind) as Manifest;

  it('is what the Worker Controller takes', () => {
    expect(custom().map(({ kind }) => kind)).toEqual(['Connection', 'WorkerDeployment']);
    expect(custom().map(refusedByController)).toEqual([null, null]);
    const broken = (change: (spec: Record<string, unknown>) => void): string | null => {
      const one = workerDeployment();
      change(one.spec);
      return refusedByController(one);
    };
    expect(broken((spec) => delete spec.sunset)).toContain('sunset');
    expect(broken((spec) => (spec.rollout = { strategy: 'Progressive' }))).toContain('steps');
    expect(broken((spec) => (spec.rollout = { strategy: 'Rolling' }))).toContain('allowed values');
    expect(broken((spec) => (spec.replica = 2))).toContain('additional properties');
  });

  it('runs the pods of the Deployment, without a build of their own: the controller says which', () => {
    const pod = at(deployment().spec, 'template') as Record<string, unknown>;
    const byController = workerDeployment().spec.template as Record<string, unknown>;
    const labels = { 'app.kubernetes.io/name': 'n2m-worker' };
    const { env, ...container } = at(pod, 'spec', 'containers', 0) as Record<string, unknown>;
    expect(byController).toEqual({
      ...pod,
      metadata: { ...(pod.metadata as object), labels },
      spec: { ...(pod.spec as object), containers: [container] },
    });
    expect((env as { name: string }[]).map(({ name }) => name)).toEqual(['N2M_DEPLOYMENT', 'N2M_BUILD_ID']);
    const settings = Object.keys(at(common('ConfigMap'), 'data') as object);
    expect(settings.filter((name) => /DEPLOYMENT|BUILD_ID/.test(name))).toEqual([]);
    // The API's own schema knows the template, whoever carries it.
    expect(refused({ ...deployment(), spec: { ...deployment().spec, template: byController } })).toBeNull();
    expect(misspelt([{ ...deployment(), spec: { ...deployment().spec, template: byController } }])).toEqual([]);
  });

  it('leads to the same Temporal, by a workflow of ours', () => {
    const [connection] = custom();
    expect(at(connection?.spec, 'hostPort')).toBe(at(common('ConfigMap'), 'data', 'TEMPORAL_ADDRESS'));
    const { workerOptions, rollout } = workerDeployment().spec;
    expect(at(workerOptions, 'temporalNamespace')).toBe(at(common('ConfigMap'), 'data', 'TEMPORAL_NAMESPACE'));
    expect(at(workerOptions, 'connectionRef', 'name')).toBe(at(connection?.metadata, 'name'));
    expect(read('src/workflows/index.ts')).toMatch(
      new RegExp(`^  ${String(at(rollout, 'gate', 'workflowType'))},$`, 'm'),
    );
  });
});
