import { plural } from '../text/count';
import { formatBytes } from '../text/size';
import { missingEntries } from '../ip';
import type { TableFacts } from './facts';
import { neededDefaultPrivileges, neededGrants } from '../objects/grants/needed';
import { mayReplicate, replicatesByGroup } from '../objects/role/managed';
import { isOurs, ownerOf } from './ownership';
import { publicationDifferences, publicationWords, tablesToPublish } from '../objects/publication/differences';
import { isManaged, keepOrAdopt, listed, ownerWords, planStep, writesSecret, type Scene } from './context';
import { tableName } from '../objects/tables/select';
import type { PlanStep } from './types';
import { writeCost, writeRateWords } from '../objects/replica-identity/cost';

export function logicalReplication({ spec, source }: Scene): PlanStep {
  const id = 'logical-replication';
  if (source.walLevel === 'logical') return planStep(id, 'keep', 'wal_level', 'wal_level is logical');
  if (spec.source.kind === 'postgres') {
    const sentence = `wal_level is ${source.walLevel}, only its operator can make it logical: it needs a restart`;
    return planStep(id, 'conflict', 'wal_level', sentence, { changes: [`wal_level: ${source.walLevel} → logical`] });
  }
  const on = source.neon?.logicalReplication ?? false;
  const project = `project ${spec.source.project}`;
  const sentence = on
    ? `restart the compute of ${project}: logical replication is on there, wal_level is still ${source.walLevel}`
    : `enable logical replication of ${project}`;
  return planStep(id, 'change', project, sentence, {
    changes: [`wal_level: ${source.walLevel} → logical`],
    interrupts: on
      ? 'restarts the compute of the branch: its sessions are dropped and have to reconnect'
      : 'restarts every compute of the project: all sessions are dropped and have to reconnect',
    irreversible: on ? null : 'Neon cannot turn logical replication off again',
    approval: 'enable-logical-replication',
  });
}

export function role(scene: Scene): PlanStep {
  const { spec, source, target } = scene;
  const { name, via } = spec.source.role;
  const object = `role ${name}`;
  const exists = source.role !== null || (source.neon?.roleNames.includes(name) ?? false);
  if (!exists) return createRole(scene, object);
  const owner = ownerOf(source.role?.comment ?? null, spec.name);
  if (owner.kind === 'pipeline' && via !== 'given') {
    const sentence = `${object} belongs to pipeline ${owner.name}: a pipeline that makes its role needs one of its own`;
    return planStep('role', 'conflict', object, sentence, { changes: [`there: ${object} of ${owner.name}`] });
  }
  const changes = roleChanges(scene);
  const reset = needsPasswordReset(scene);
  if (reset) changes.push('password: a new one');
  if (changes.length === 0) {
    const action = via === 'given' ? 'keep' : keepOrAdopt(scene, source.role?.comment ?? null);
    return planStep('role', action, object, `${object} may replicate`);
  }
  const sentence = `change ${object}: ${changes.join(', ')}`;
  if (!reset) return planStep('role', 'change', object, sentence, { changes });
  const drops = via === 'api' ? 'open connections to the compute are dropped; ' : '';
  const alone = target.source === null && isOurs(source.role?.comment ?? null, spec.name);
  return planStep('role', 'change', object, sentence, {
    changes,
    interrupts: `${drops}whoever else logs in as ${name} with the old password is locked out`,
    irreversible: 'the old password cannot be brought back',
    approval: alone && via === 'sql' ? null : 'reset-password',
  });
}

function createRole({ spec, source, upstream }: Scene, object: string): PlanStep {
  const { via } = spec.source.role;
  if (via === 'given') {
    return planStep('role', 'conflict', object, `${object} does not exist, and the file says it is given`);
  }
  if (via === 'sql') {
    const bypass = upstream.some((table) => table.rowSecurity) ? ' BYPASSRLS' : '';
    const replication = replicatesByGroup(source.managed)
      ? `${bypass}, a member of rds_replication,`
      : ` REPLICATION${bypass}`;
    return planStep('role', 'create', object, `create ${object} with LOGIN${replication} and nothing else`);
  }
  return planStep('role', 'create', object, `create ${object} through Neon's API, where roles are administrators`, {
    interrupts: 'Neon drops the open connections to the compute when it creates a role',
    approval: 'create-role',
  });
}

/** Attributes the run gives a role it may change. Others' roles are left alone: findings name what they lack. */
function roleChanges(scene: Scene): string[] {
  const { source, spec, upstream } = scene;
  const { role } = source;
  if (role === null || spec.source.role.via === 'given' || !isManaged(scene, role.comment)) return [];
  const changes: string[] = [];
  if (spec.source.role.via === 'sql' && !role.superuser) {
    if (!mayReplicate(role, source.managed))
      changes.push(replicatesByGroup(source.managed) ? 'grant rds_replication' : 'add REPLICATION');
    if (!role.bypassRls && upstream.some((table) => table.rowSecurity)) changes.push('add BYPASSRLS');
  }
  if (source.idleInTransactionTimeoutMs > 0 && !neverIdlesOut(role.config)) {
    changes.push('idle_in_transaction_session_timeout: 0');
  }
  return changes;
}

/** The role's own setting, which wins over the server's. */
export const neverIdlesOut = (config: string[]): boolean =>
  config.some((entry) => /^idle_in_transaction_session_timeout=0(ms|s|min)?$/.test(entry));

/** Materialize has no password that is known to work, and nobody can tell the one the role has. */
function needsPasswordReset(scene: Scene): boolean {
  const { spec, source } = scene;
  if (!writesSecret(scene)) return false;
  if (spec.source.role.via === 'given') return false;
  if (spec.source.role.via === 'sql') return true;
  return !(source.neon?.storesPasswords ?? true);
}

export function replicaIdentity({ upstream }: Scene): PlanStep {
  const id = 'replica-identity';
  const object = plural(upstream.length, 'table');
  const weak = upstream.filter((table) => table.replicaIdentity !== 'full');
  if (weak.length === 0) return planStep(id, 'keep', object, 'every table has replica identity full');
  return planStep(id, 'change', object, `set replica identity full on ${listed(weak.map(tableName))}`, {
    changes: weak.map((table) => `${tableName(table)}: ${table.replicaIdentity} → full${costOf(table)}`),
    interrupts: `each of ${plural(weak.length, 'table')} is locked for an instant; updates write more WAL from then on`,
  });
}

/** What it costs, where the server's statistics tell. */
function costOf(table: TableFacts): string {
  const cost = writeCost(table);
  return cost === null || cost.walPerHour === 0
    ? ''
    : `: about ${formatBytes(cost.walPerHour)} of WAL an hour more (${writeRateWords(cost)})`;
}

export function grants({ spec, source, upstream }: Scene): PlanStep {
  const role = spec.source.role.name;
  const object = `privileges of ${role}`;
  const now = neededGrants(source, upstream);
  const later = neededDefaultPrivileges(source, upstream);
  const changes = [
    ...now.schemas.map((schema) => `USAGE on schema ${schema}`),
    ...now.tables.map((table) => `SELECT on ${tableName(table)}`),
    ...later.map(({ owner, schema }) => `SELECT on future tables of ${owner} in schema ${schema}`),
  ];
  if (changes.length === 0) return planStep('grants', 'keep', object, `${role} may read every table`);
  const sentence = `let ${role} read ${listed(now.tables.length > 0 ? now.tables.map(tableName) : ['future tables'])}`;
  return planStep('grants', source.role === null ? 'create' : 'change', object, sentence, { changes });
}

export function publication(scene: Scene): PlanStep {
  const { spec, source, removed } = scene;
  const name = spec.source.publication;
  const object = `publication ${name}`;
  const wanted = scene.tables.map(tableName);
  const found = source.publication;
  if (found === null) {
    return planStep('publication', 'create', object, `create ${object} with ${listed(wanted)}`, { changes: wanted });
  }
  const owner = ownerOf(found.comment, spec.name);
  const differences = publicationDifferences(scene.tables, found, scene.upstream);
  if (differences.length === 0 && owner.kind !== 'pipeline') {
    const leaving = removed.filter((table) => tablesToPublish([table], found).length === 0);
    const note = leaving.length > 0 ? ` (${listed(leaving.map(tableName))} leave after the source let go)` : '';
    const sentence = `${object} publishes ${plural(wanted.length, 'table')}${note}`;
    return planStep('publication', keepOrAdopt(scene, found.comment), object, sentence);
  }
  const changeable = !found.allTables && differences.every((difference) => difference.changeable);
  if (isManaged(scene, found.comment) && changeable) {
    const changes = differences.map((difference) => difference.text);
    return planStep('publication', 'change', object, `change ${object}: ${listed(changes)}`, { changes });
  }
  return planStep(
    'publication',
    'conflict',
    object,
    `${object} exists, ${ownerWords(scene, found.comment)} and differs`,
    {
      changes: [
        `there: ${publicationWords(found)}`,
        `file: tables ${listed(wanted, 20)}, insert, update, delete, truncate`,
      ],
    },
  );
}

export function ipAllow({ source, target }: Scene): PlanStep {
  const { neon } = source;
  const object = 'IP Allow list';
  if (neon === null) return planStep('ip-allow', 'keep', object, 'not a Neon project: its firewall is yours');
  if (neon.allowedIps.length === 0) return planStep('ip-allow', 'keep', object, 'the IP Allow list is not in use');
  if (neon.allowedIpsProtectedBranchesOnly && !neon.branchProtected) {
    return planStep('ip-allow', 'keep', object, `the IP Allow list does not apply to branch ${neon.branchName}`);
  }
  const missing = missingEntries(neon.allowedIps, target.egressCidrs);
  if (missing.length === 0) {
    return planStep('ip-allow', 'keep', object, 'the IP Allow list has the addresses Materialize comes from');
  }
  const sentence = `add the addresses Materialize comes from to the IP Allow list: ${listed(missing)}`;
  return planStep('ip-allow', 'change', object, sentence, { changes: missing.map((cidr) => `add ${cidr}`) });
}

/** The run adds something upstream that destroy has to take back. */
export const addsUpstream = (scene: Scene): boolean =>
  [role, replicaIdentity, grants, publication, ipAllow].some((step) =>
    ['create', 'change'].includes(step(scene).action),
  );
