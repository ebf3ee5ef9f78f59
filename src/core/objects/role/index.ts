import { type DestroyContext, ended, readByTheSource, shared, type Shared, UNTOUCHED } from '../../destroy/context';
import { goesOver } from '../../destroy/others';
import { absent, foreign, keep, leave, remove } from '../../destroy/step';
import type { DestroyStep } from '../../destroy/types';
import { isManaged, keepOrAdopt, type PlanContext, planStep } from '../../plan/context';
import { writesSecret } from '../secret/writes';
import { isOurs, ownerOf } from '../../plan/ownership';
import type { PlanStep } from '../../plan/types';
import type { PipelineSpec } from '../../spec/types';
import type { GuideObject } from '../object';
import { type Call, neon, postgres } from '../script';
import { roleFindings } from './findings';
import { mayReplicate, replicatesByGroup } from './managed';
import { isRecorded, roleKept } from './recorded';
import { createRole, dropOwnedBy, dropRole, noIdleInTransactionTimeout } from './statements';
import { roleWords } from './words';

function plan(context: PlanContext): PlanStep {
  const { spec, source, target } = context;
  const { name, via } = spec.source.role;
  const object = `role ${name}`;
  const exists = source.role !== null || (source.neon?.roleNames.includes(name) ?? false);
  if (!exists) return creation(context, object);
  const owner = ownerOf(source.role?.comment ?? null, spec.name);
  if (owner.kind === 'pipeline' && via !== 'given') {
    const sentence = `${object} belongs to pipeline ${owner.name}: a pipeline that makes its role needs one of its own`;
    return planStep('role', 'conflict', object, sentence, { changes: [`there: ${object} of ${owner.name}`] });
  }
  const changes = roleChanges(context);
  const reset = needsPasswordReset(context);
  if (reset) changes.push('password: a new one');
  if (changes.length === 0) {
    const action = via === 'given' ? 'keep' : keepOrAdopt(context, source.role?.comment ?? null);
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

function creation({ spec, source, upstream }: PlanContext, object: string): PlanStep {
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
function roleChanges(context: PlanContext): string[] {
  const { source, spec, upstream } = context;
  const { role } = source;
  if (role === null || spec.source.role.via === 'given' || !isManaged(context, role.comment)) return [];
  const changes: string[] = [];
  if (spec.source.role.via === 'sql' && !role.superuser) {
    if (!mayReplicate(role, source.managed))
      changes.push(replicatesByGroup(source.managed) ? 'grant rds_replication' : 'add REPLICATION');
    if (!role.bypassRls && upstream.some((table) => table.rowSecurity)) changes.push('add BYPASSRLS');
  }
  changes.push(...role.limits.map(({ setting }) => `${setting}: 0`));
  return changes;
}

/** Materialize has no password that is known to work, and nobody can tell the one the role has. */
function needsPasswordReset(context: PlanContext): boolean {
  const { spec, source } = context;
  if (!writesSecret(context)) return false;
  if (spec.source.role.via === 'given') return false;
  if (spec.source.role.via === 'sql') return true;
  return !(source.neon?.storesPasswords ?? true);
}

const ROLE_COMMENTS: Record<PipelineSpec['source']['role']['via'], string> = {
  api: 'through Neon’s API, where a role is an administrator with REPLICATION',
  sql: 'with only what it needs; the password is made by the worker and goes to Materialize only',
  given: 'exists already; a run checks its attributes',
};

function roleCalls({ source }: PipelineSpec): Call[] {
  const { role } = source;
  const timeout = postgres(noIdleInTransactionTimeout(role.name));
  if (role.via === 'given') return [];
  if (role.via === 'sql') return [postgres(createRole(role.name, '<password>')), timeout];
  const project = source.kind === 'neon' ? source.project : '<project>';
  return [
    neon(`POST /projects/${project}/branches/<branch id>/roles ${JSON.stringify({ role: { name: role.name } })}`),
  ];
}

function destroy(context: DestroyContext): DestroyStep[] {
  const { spec, source } = context;
  const { role } = spec.source;
  if (source === null) return left(spec);
  if (!context.sourceStays) return [removal(shared(context, source))];
  return source.role
    ? [keep('remove-role', `role ${source.role.name}`, readByTheSource(context))]
    : [absent('remove-role', `role ${role.name}`)];
}

function removal({ spec, found, known }: Shared): DestroyStep {
  const { name, via } = spec.source.role;
  const object = `role ${name}`;
  const there = found.role !== null || (found.neon?.roleNames.includes(name) ?? false);
  if (!there) return absent('remove-role', object);
  if (via === 'given') return keep('remove-role', object, 'the file says it is given');
  const recorded = isRecorded(spec, known);
  const why = recorded ? null : foreign(found.role?.comment ?? null, spec.name);
  if (why !== null) return keep('remove-role', object, why);
  const run = via === 'api' ? [`delete role ${name} of the branch in the Neon console`] : ended([dropRole(name)]);
  const kept = roleKept(spec, found);
  if (kept !== null) {
    if (!recorded || !goesOver(kept, found.ours.length > 0)) return leave('remove-role', object, kept.why, run);
    return keep('remove-role', object, `${kept.why}; its record has it from then on`);
  }
  return remove('remove-role', object, `drop ${object}`, {
    interrupts: via === 'api' ? 'Neon may drop open connections to the compute when it deletes a role' : null,
    run,
  });
}

function left({ source: { role } }: PipelineSpec): DestroyStep[] {
  const object = `role ${role.name}`;
  if (role.via === 'sql') {
    // What it was given where cannot be read: privileges on future tables would keep it from being dropped.
    const run = [`${dropOwnedBy(role.name)};`, `${dropRole(role.name)};`];
    return [leave('remove-role', object, `${UNTOUCHED}; it is n2m's if its comment says so`, run)];
  }
  if (role.via === 'given') return [];
  const run = [`delete role ${role.name} of the branch in the Neon console, if nobody else uses it`];
  return [leave('remove-role', object, UNTOUCHED, run)];
}

/** The role that Materialize logs in as. */
export const role: GuideObject = {
  name: 'role',
  recorded: true,
  steps: [
    {
      id: 'role',
      activity: 'ensureRole',
      timeouts: 'slow',
      plan,
      script: (spec) => ({ comment: ROLE_COMMENTS[spec.source.role.via], calls: roleCalls(spec) }),
    },
  ],
  findings: roleFindings,
  words: roleWords,
  destroyUpstream: destroy,
  handsOver: (spec, found, known) => {
    const kept = isRecorded(spec, known) ? roleKept(spec, found) : null;
    return kept === null ? [] : [kept];
  },
  removals: [{ id: 'remove-role', activity: 'removeRole', timeouts: 'slow' }],
};
