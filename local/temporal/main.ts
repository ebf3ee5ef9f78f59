import { alone, say } from '../stack/stopping';
import { startTemporal } from './server';

/** `node -r tsx/cjs local/temporal/main.ts [FILE]`: just a Temporal server of one's own; a file keeps its state. */
void alone(
  (signal) => startTemporal({ useExisting: false, dbFile: process.argv[2], log: say, signal }),
  ({ address, namespace, ui }) => [`Temporal  ${address}   namespace ${namespace}`, `UI        ${ui}`],
);
