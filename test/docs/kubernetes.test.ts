import { join } from 'node:path';
import { ConfigMap, ServiceAccount } from 'kubernetes-models/v1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import * as ts from 'typescript';
import { parseAllDocuments } from 'yaml';
import { read } from './pages';

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
const manifests = (): Manifest[] =>
  parseAllDocuments(read('ops/kubernetes/worker.yaml'), { version: '1.1' }).map((each) => each.toJS() as Manifest);

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

describe('ops/kubernetes/worker.yaml', () => {
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
