import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMaterialize, type MaterializeServer } from '../../local/materialize/standin';
import { startTemporal, type TemporalServer } from '../../local/temporal/server';
import { MATERIALIZE_VERSION } from '../e2e/support/versions';
import type { Log } from './log';
import { Pipeline } from './pipeline';
import type { Random } from './random';

/** A Temporal server with its state in a file and a Materialize that keep what they know over a restart, and pipelines on them. */
export interface Town {
  temporal: TemporalServer;
  materialize: MaterializeServer;
  pipelines: Pipeline[];
  stop(): Promise<void>;
}

/** Starts it all. What a seed decides for a pipeline, it decides by the pipeline's number. */
export async function startTown(count: number, random: Random, log: Log): Promise<Town> {
  const dir = await mkdtemp(join(tmpdir(), 'n2m-chaos-'));
  // Where tests run as root, Postgres runs as another account, which has to get through.
  await chmod(dir, 0o711);
  const closing: (() => Promise<unknown>)[] = [() => rm(dir, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const temporal = await startTemporal({ useExisting: false });
    closing.push(() => temporal.stop());
    process.env.N2M_TEST_TEMPORAL_ADDRESS = temporal.address;
    process.env.N2M_TEST_TEMPORAL_NAMESPACE = temporal.namespace;
    const pace = { speed: 20, statisticsInterval: 500, restartDelay: 500, schemaValidationInterval: 1_000 };
    const materialize = await startMaterialize({ ...pace, version: MATERIALIZE_VERSION, dir });
    closing.push(() => materialize.stop());
    const pipelines: Pipeline[] = [];
    for (let number = 0; number < count; number += 1) {
      const name = `pipeline ${number}`;
      const pipeline = await Pipeline.start({
        name,
        materialize,
        random: random.of(name),
        log,
        sqlRole: number % 2 > 0,
      });
      closing.push(() => pipeline.stop());
      pipelines.push(pipeline);
    }
    return { temporal, materialize, pipelines, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
