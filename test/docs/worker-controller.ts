import Ajv2020 from 'ajv/dist/2020';

/**
 * What Temporal's Worker Controller takes in `temporal.io/v1alpha1`, written down here from its types as of 1.11.0
 * (`api/v1alpha1`, kubebuilder's markers): every field of the two kinds, what is required, patterns and limits, and the
 * rules between fields. Its own file is ten thousand lines, most of them a pod's; pods are checked by the Kubernetes API's.
 */
const NAME = { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' };
/** Go's, as `1h30m`. */
const DURATION = { type: 'string', pattern: '^(\\d+(\\.\\d+)?(ns|us|ms|s|m|h))+$' };
const exactly = (properties: Record<string, object>, required: string[] = [], more: object = {}) => ({
  ...{ type: 'object', properties, required, additionalProperties: false },
  ...more,
});
const keyOf = exactly({ name: { type: 'string' }, key: { type: 'string' }, optional: { type: 'boolean' } }, ['key']);
const kind = (name: string, spec: object) =>
  exactly(
    {
      apiVersion: { const: 'temporal.io/v1alpha1' },
      kind: { const: name },
      metadata: { type: 'object', required: ['name'], properties: { name: { type: 'string', maxLength: 63 } } },
      spec,
    },
    ['apiVersion', 'kind', 'metadata', 'spec'],
  );

const CONNECTION = exactly(
  {
    hostPort: { type: 'string', pattern: '^[a-zA-Z0-9.-]+:[0-9]+$' },
    tls: exactly({
      serverName: { type: 'string', pattern: '^[a-zA-Z0-9.-]+$' },
      caCertSecretRef: exactly({ name: NAME }),
    }),
    mutualTLSSecretRef: exactly({ name: NAME }, ['name']),
    apiKeySecretRef: keyOf,
  },
  ['hostPort'],
  { not: { required: ['mutualTLSSecretRef', 'apiKeySecretRef'] } },
);

const STEP = exactly({ rampPercentage: { type: 'integer', minimum: 1, maximum: 99 }, pauseDuration: DURATION }, [
  'rampPercentage',
  'pauseDuration',
]);
const GATE = exactly(
  {
    workflowType: { type: 'string' },
    input: {},
    inputFrom: exactly({ configMapKeyRef: keyOf, secretKeyRef: keyOf }, [], { minProperties: 1, maxProperties: 1 }),
  },
  ['workflowType'],
  { not: { required: ['input', 'inputFrom'] } },
);

const WORKER_DEPLOYMENT = exactly(
  {
    replicas: { type: 'integer' },
    minReadySeconds: { type: 'integer' },
    progressDeadlineSeconds: { type: 'integer' },
    template: { type: 'object', required: ['spec'] },
    workerOptions: exactly(
      {
        connectionRef: exactly({ name: NAME }, ['name']),
        temporalNamespace: { type: 'string', minLength: 1 },
        unsafeCustomBuildID: { type: 'string', maxLength: 63, pattern: '^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$' },
      },
      ['connectionRef', 'temporalNamespace'],
    ),
    rollout: exactly(
      {
        strategy: { enum: ['Manual', 'AllAtOnce', 'Progressive'] },
        gate: GATE,
        steps: { type: 'array', maxItems: 20, items: STEP },
      },
      ['strategy'],
      {
        if: { properties: { strategy: { const: 'Progressive' } } },
        then: { required: ['steps'], properties: { steps: { minItems: 1 } } },
      },
    ),
    sunset: exactly({ scaledownDelay: DURATION, deleteDelay: DURATION }),
  },
  ['template', 'workerOptions', 'rollout', 'sunset'],
);

const SCHEMAS: Record<string, object> = {
  Connection: kind('Connection', CONNECTION),
  WorkerDeployment: kind('WorkerDeployment', WORKER_DEPLOYMENT),
};

/** What the controller's kinds say against a manifest; null where it is one of them and as they want it. */
export function refusedByController(manifest: unknown): string | null {
  const schema = SCHEMAS[String((manifest as { kind?: unknown }).kind)];
  if (!schema) return 'no kind of the Worker Controller';
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  return ajv.validate(schema, manifest) ? null : ajv.errorsText();
}
