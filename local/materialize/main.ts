import { alone } from '../stack/stopping';
import { startMaterialize } from './standin';

/** `node -r tsx/cjs local/materialize/main.ts [FOLDER]`: just this stand-in; a folder keeps what it knows for the next time. */
void alone(
  () => startMaterialize({ dir: process.argv[2] }),
  (standin) => [
    `Materialize   psql '${standin.url}'`,
    `ALTER SYSTEM  psql '${standin.urlFor('mz_system')}'`,
    `faults        ${standin.controlUrl}/faults`,
  ],
);
