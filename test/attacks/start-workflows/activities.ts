import type { Deps } from '../../../src/activities';
import type { StepInput } from '../../../src/activities/types';
import { createActivities } from '../../../src/activities';
import { CALLERS } from '../../../src/activities/edges/callers';
import { EncryptionCodec } from '../../../src/codec/codec';
import { codecKeys } from '../../../src/codec/keys';
import type { PipelineSpec } from '../../../src/core/spec/types';
import { defaultPayloadConverter } from '@temporalio/common';
import { DISGUISED, roles, view } from './definitions';
import { callFromOwnQueue } from './rogue';
import type { Attacked } from './started';

/** Tries to have the worker's activities do more than n2m does for any file. */
export function activityTries(world: () => Attacked) {
  const step = (spec: PipelineSpec, change: Partial<StepInput> = {}): StepInput => ({
    ...{ spec, tables: [], removed: [], syntax: 'subsources', planned: 'create', ...change },
  });
  const destroyInput = (added: unknown) =>
    ({
      spec: world().spec(),
      plan: { known: { slot: null, added: [added] }, dependents: [], leaveUpstream: false },
    }) as never;

  return {
    'an activity called from a workflow of their own, on a queue of their own': async () => {
      const attacked = world();
      const definitions = [view({ sql: 'CREATE ROLE intruder' })];
      const failure = await callFromOwnQueue(attacked, 'recreateDependents', { spec: attacked.spec(), definitions });
      expect(failure).toMatch(/n2m's own runs only: the run that called it is on another task queue/);
      expect(await roles(attacked)).not.toContain('intruder');
    },

    'an activity called by another workflow than the one it is for': async () => {
      const attacked = world();
      for (const workflowType of ['rogue', 'checkReplication', 'planReplication']) {
        expect(
          await attacked.refusal('ensureSchema', step(attacked.spec()), attacked.deps(), { workflowType }),
        ).toMatchObject({ type: 'Conflict' });
      }
    },

    'a run of one pipeline that names another': async () => {
      const attacked = world();
      const other = step(attacked.spec({ name: 'other' }));
      expect(await attacked.refusal('ensureSchema', other)).toMatchObject({
        type: 'Conflict',
        message: expect.stringContaining('does not hold the lock pipeline/other') as string,
      });
    },

    'every activity that changes something is held to its callers': () => {
      const plans = ['makePlan', 'planDestroy', 'planRotate', 'planRepair'];
      const reads = [...plans, 'examine', 'lookUp', 'lookForOwed', 'check', 'verifyTables'];
      const waits = ['awaitRunning', 'awaitSnapshot'];
      const all = Object.keys(createActivities({} as Deps));
      expect(all.filter((name) => !CALLERS[name]).sort()).toEqual([...reads, ...waits].sort());
      expect(Object.keys(CALLERS).filter((name) => !all.includes(name))).toEqual([]);
    },

    'any SQL as a definition to make again': async () => {
      const attacked = world();
      const definitions = DISGUISED.map(view);
      const results = await attacked.call('recreateDependents', { spec: attacked.spec(), definitions });
      expect(results.map(({ outcome, why }) => [outcome, why?.slice(0, 8)])).toEqual(
        DISGUISED.map(() => ['failed', 'not sent']),
      );
      expect(await roles(attacked)).not.toContain('intruder');
    },

    'unquoted text as a replica identity': async () => {
      const added = {
        kind: 'identity',
        schema: 'public',
        name: 'orders',
        before: 'FULL; DROP TABLE orders',
        index: null,
      };
      expect(await world().refusal('restoreIdentity', destroyInput(added))).toMatchObject({ type: 'InvalidPipeline' });
    },

    'a slot by any name': async () => {
      const spec = world().spec();
      for (const slot of ['debezium', `materialize_0' OR true --`, 'materialize_0']) {
        expect(await world().refusal('removeSlot', { spec, slot })).toMatchObject({ type: 'InvalidPipeline' });
      }
    },

    'a spec that no file can say': async () => {
      const spec = world().spec();
      const { source, materialize } = spec;
      const broken: unknown[] = [
        null,
        'shop',
        { ...spec, name: '../other' },
        { ...spec, source: { ...source, role: { name: 'pg_monitor', via: 'sql' } } },
        { ...spec, source: { ...source, role: { name: 'mz', via: 'given', password: 'PATH' } } },
        { ...spec, source: { ...source, url: 'postgres://elsewhere/shop' } },
        { ...spec, source: { ...source, publication: 'a\u0000b' } },
        {
          ...spec,
          source: { ...source, tables: { kind: 'list', tables: [{ schema: 'a\nb', name: 'c', alias: null }] } },
        },
        { ...spec, source: { ...source, reachableAt: { host: 'a b', port: 1 } } },
        { ...spec, source: { ...source, tls: { mode: 'disable', ca: '-----BEGIN PRIVATE KEY-----' } } },
        { ...spec, materialize: { ...materialize, cluster: { ...materialize.cluster, name: 'mz_system' } } },
        { ...spec, materialize: { ...materialize, syntax: 'tables; DROP' } },
        { ...spec, alerts: [{ kind: 'webhook', url: 'https://elsewhere', signingKey: null }] },
      ];
      for (const one of broken) {
        const refused = await world().refusal('makePlan', { spec: one as PipelineSpec });
        expect(refused).toMatchObject({ type: 'InvalidPipeline', retryable: false });
        expect(refused.message).not.toMatch(/elsewhere|PRIVATE KEY/);
      }
      await world().call('makePlan', { spec: { ...spec, later: true } as PipelineSpec });
    },

    'work in clear, where the worker takes encrypted data only': async () => {
      const keys = codecKeys({ K: Buffer.alloc(32, 9).toString('base64'), N2M_CODEC_KEYS: 'k1=env:K' });
      const strict = new EncryptionCodec(keys, true);
      const clear = defaultPayloadConverter.toPayload({ spec: world().spec() });
      await expect(strict.decode([clear])).rejects.toThrow(/takes encrypted data only.*next: set N2M_CODEC_KEYS/);
      const other = new EncryptionCodec(
        codecKeys({ K: Buffer.alloc(32, 8).toString('base64'), N2M_CODEC_KEYS: 'k1=env:K' }),
      );
      await expect(strict.decode(await other.encode([clear]))).rejects.toThrow(/is not the key that encrypted/);
      expect(await strict.decode(await strict.encode([clear]))).toHaveLength(1);
    },
  };
}
