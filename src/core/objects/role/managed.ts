import type { RoleFacts } from './facts';
import type { ManagedServer, SourceFacts } from '../../plan/facts';
import { alterRoleReplication, grantReplication } from './statements';

interface Words {
  name: string;
  /** How wal_level becomes logical there. */
  logical: string;
  /** Where other settings of the server are made, and what one that needs a restart needs then. */
  settings: string;
  restart: string;
  /** The role whose members may hand out REPLICATION, in any version; null: no such role. */
  administrators: string | null;
}

/** Each operator's own words: none of them takes ALTER SYSTEM. */
const WORDS: Record<ManagedServer, Words> = {
  neon: {
    name: 'Neon',
    logical: 'enable logical replication in the settings of the Neon project, which restarts its computes',
    settings: 'from Neon’s support',
    restart: '',
    administrators: null,
  },
  rds: {
    name: 'Amazon RDS',
    logical: 'set rds.logical_replication = 1 in the parameter group of the instance, then reboot it',
    settings: 'in the parameter group of the instance',
    restart: ', then reboot it',
    administrators: 'rds_superuser',
  },
  aurora: {
    name: 'Amazon Aurora',
    logical: 'set rds.logical_replication = 1 in the parameter group of the cluster, then reboot its writer',
    settings: 'in the parameter group of the cluster',
    restart: ', then reboot its writer',
    administrators: 'rds_superuser',
  },
  'cloud-sql': {
    name: 'Cloud SQL',
    logical: 'set the flag cloudsql.logical_decoding = on of the instance, which restarts it',
    settings: 'as a flag of the instance',
    restart: ', which restarts it',
    administrators: 'cloudsqlsuperuser',
  },
  alloydb: {
    name: 'AlloyDB',
    logical: 'set the flag alloydb.logical_decoding = on of the instance, which restarts it',
    settings: 'as a flag of the instance',
    restart: ', which restarts it',
    administrators: 'alloydbsuperuser',
  },
  azure: {
    name: 'Azure',
    logical: 'set the server parameter wal_level = logical, save, then restart the server',
    settings: 'as a server parameter',
    restart: ', then restart the server',
    administrators: 'azure_pg_admin',
  },
  supabase: {
    name: 'Supabase',
    logical: 'Supabase has wal_level = logical from the start: ask its support',
    settings: 'with `supabase postgres-config update`',
    restart: '',
    administrators: null,
  },
};

const wordsOf = (managed: ManagedServer | null): Words | null => (managed === null ? null : WORDS[managed]);

/** As people call it; null: nobody is known to run the server. */
export const operatorName = (managed: ManagedServer | null): string | null => wordsOf(managed)?.name ?? null;

/** How wal_level becomes logical; null: by ALTER SYSTEM. */
export const enableLogical = (managed: ManagedServer | null): string | null => wordsOf(managed)?.logical ?? null;

/** Where a setting is made, which `restarts` the server or does not; null: by ALTER SYSTEM. */
export function whereSettingsAre(managed: ManagedServer | null, restarts = true): string | null {
  const words = wordsOf(managed);
  return words && `${words.settings}${restarts ? words.restart : ''}`;
}

/** RDS does not give the attribute away: membership in a role stands for it. */
export const REPLICATION_GROUP = 'rds_replication';

export const replicatesByGroup = (managed: ManagedServer | null): boolean => managed === 'rds' || managed === 'aurora';

/** Postgres’ own attribute, or what counts for it on this server. */
export const mayReplicate = (
  { replication, superuser, memberOf }: Pick<RoleFacts, 'replication' | 'superuser' | 'memberOf'>,
  managed: ManagedServer | null,
): boolean => replication || superuser || (replicatesByGroup(managed) && memberOf.includes(REPLICATION_GROUP));

/** The statement that lets a role replicate on this server. */
export const letReplicate = (role: string, managed: ManagedServer | null): string =>
  replicatesByGroup(managed) ? grantReplication(role) : alterRoleReplication(role);

/** The role to be a member of to make roles that replicate, where the operator lets its members; null: there is none. */
export const replicationAdministrators = (managed: ManagedServer | null): string | null =>
  wordsOf(managed)?.administrators ?? null;

/** What Postgres demands of others is granted to this login by who runs the server; Supabase lets its `postgres` do so. */
export function administersReplication({ managed, user }: Pick<SourceFacts, 'managed' | 'user'>): boolean {
  if (!user.createRole) return false;
  if (managed === 'supabase') return user.name === 'postgres';
  const administrators = replicationAdministrators(managed);
  return administrators !== null && user.memberOf.includes(administrators);
}

/** Whether this login may take policies off a role that it made: since 16 it needs no superuser, but what it gives. */
export const mayGiveBypassRls = ({ versionNum, user }: Pick<SourceFacts, 'versionNum' | 'user'>): boolean =>
  user.superuser || (versionNum >= 160_000 && user.createRole && user.bypassRls);
