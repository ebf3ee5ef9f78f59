import { alone } from '../stack/stopping';
import { POSTGRES_VERSIONS } from './binaries';
import { startPostgres } from './server';

/** `node -r tsx/cjs local/postgres/main.ts [VERSION]`: just a PostgreSQL with logical replication, 14 to 18. */
const version = POSTGRES_VERSIONS.find((known) => String(known) === process.argv[2]);

void alone(
  () => startPostgres({ version, settings: { wal_level: 'logical' } }),
  ({ superuserUrl }) => [`Postgres  psql '${superuserUrl}'`],
);
