import { alone } from '../stack/stopping';
import { startNeon } from './neon';

/** `node -r tsx/cjs local/neon/main.ts [ROWS]`: just this stand-in, with that many orders in the sample shop. */
void alone(
  () => startNeon({ sampleOrders: Number(process.argv[2] ?? 1_000) }),
  (neon) => [
    `API       ${neon.api}   key ${neon.apiKey}`,
    `project   ${neon.project}   branch ${neon.branch}`,
    `Postgres  psql '${neon.ownerUrl()}'`,
    `faults    ${neon.faultsUrl}`,
  ],
);
