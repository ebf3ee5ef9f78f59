import { alone } from '../stack/stopping';
import { startMaterialize } from './standin';

/** `node -r tsx/cjs local/materialize/main.ts [FOLDER]`: just this stand-in; a folder keeps what it knows for the next time. */
void alone(
  () => startMaterialize({ dir: process.argv[2] }),
  ({ url, urlFor, controlUrl }) => [
    `Materialize   psql '${url}'`,
    `ALTER SYSTEM  psql '${urlFor('mz_system')}'`,
    `faults        ${controlUrl}/faults`,
  ],
);
