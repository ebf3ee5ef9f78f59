import { parseArgs } from 'node:util';
import { alone } from '../stack/stopping';
import { startMaterialize } from './standin';
import { recordedVersion } from './version';

/**
 * `node -r tsx/cjs local/materialize/main.ts [--materialize-version 26.9|26.39] [FOLDER]`: just this stand-in; a folder keeps
 * what it knows for the next time.
 */
const { values, positionals } = parseArgs({
  options: { 'materialize-version': { type: 'string' } },
  allowPositionals: true,
});
const named = values['materialize-version'];
const version = named === undefined ? undefined : recordedVersion('--materialize-version', named);

void alone(
  () => startMaterialize({ dir: positionals[0], version }),
  (standin) => [
    `Materialize   psql '${standin.url}'`,
    `ALTER SYSTEM  psql '${standin.urlFor('mz_system')}'`,
    `faults        ${standin.controlUrl}/faults`,
  ],
);
