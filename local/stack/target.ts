import { startMaterialize, type MaterializeServer } from '../materialize/standin';
import { checkMaterialize } from './existing';
import type { StackOptions } from './options';
import type { Parts } from './parts';

export interface Target {
  url: string;
  /** Undefined for a Materialize that ran before. */
  materialize: MaterializeServer | undefined;
}

/** The Materialize stand-in, or the Materialize a URL names. */
export async function startTarget(parts: Parts, { materialize, log }: StackOptions): Promise<Target> {
  if (typeof materialize === 'string') {
    const version = await parts.use('Materialize', () => checkMaterialize(materialize));
    log?.(`using Materialize ${version}`);
    return { url: materialize, materialize: undefined };
  }
  log?.('starting the Materialize stand-in');
  const start = (): Promise<MaterializeServer> => startMaterialize(materialize);
  const server = await parts.start('Materialize', start, (running) => running.stop());
  return { url: server.url, materialize: server };
}
