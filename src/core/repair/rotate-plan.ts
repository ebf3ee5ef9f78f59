import { isOurs } from '../plan/ownership';
import type { ConnectionFacts } from '../objects/connection/facts';
import type { RoleFacts } from '../objects/role/facts';
import type { Approval, Finding, Plan, PlanStep } from '../plan/types';
import { grantSignals } from '../objects/role/statements';
import type { PipelineSpec } from '../spec/types';
import type { RepairCode } from './words';

/** A plan of `n2m rotate`, as `--output json` prints it. */
export type RotatePlan = Pick<Plan, 'pipeline' | 'findings' | 'changes' | 'needsApproval' | 'steps'>;

/** The result of `rotateReplication`. */
export interface RotateReport {
  pipeline: string;
  role: string;
  /** What was proven, a sentence per step. */
  proofs: string[];
  seconds: number;
}

export interface RotateLook {
  spec: PipelineSpec;
  role: RoleFacts | null;
  secret: { comment: string | null } | null;
  connection: ConnectionFacts | null;
  sourceExists: boolean;
  /** n2m's login on the standby that Materialize reads, where it may not end the source's session there. */
  lacksSignal: string | null;
  /** Names of pipelines or objects that use the same secret, besides our connection. */
  otherUsers: string[];
}

/** A new password where n2m may set one; the same steps with the referenced one where the file gives it. */
export function planRotation(look: RotateLook): RotatePlan {
  const { spec } = look;
  const findings = obstacles(look);
  const steps = findings.length > 0 ? [] : [rotate(look), reconnect(spec)];
  return { pipeline: spec.name, findings, steps, changes: steps.length, needsApproval: approvals(spec, steps) };
}

function obstacles(look: RotateLook): Finding[] {
  return [...missing(look), ...unsignalled(look)];
}

/** Said before there is a new password: afterwards nobody could bring the source to use it. */
function unsignalled({ spec, lacksSignal }: RotateLook): Finding[] {
  if (lacksSignal === null || spec.source.role.via === 'given') return [];
  return [
    {
      code: 'standby-signals' satisfies RepairCode,
      severity: 'blocking',
      subject: lacksSignal,
      sentence: `login ${lacksSignal} may not end the source's session on the standby, which makes it log in again`,
      fix: `as a superuser on the primary: ${grantSignals(lacksSignal)};`,
    },
  ];
}

function missing({ spec, role, secret, connection, sourceExists }: RotateLook): Finding[] {
  const { names } = spec.materialize;
  const lacking = [
    ...(role ? [] : [`role ${spec.source.role.name}`]),
    ...(secret ? [] : [`secret ${names.secret}`]),
    ...(connection ? [] : [`connection ${names.connection}`]),
    ...(sourceExists ? [] : [`source ${names.source}`]),
  ];
  if (lacking.length === 0) return [];
  return [
    {
      code: 'nothing-to-rotate' satisfies RepairCode,
      severity: 'blocking',
      subject: spec.name,
      sentence: `${lacking.join(', ')} ${lacking.length === 1 ? 'does' : 'do'} not exist`,
      fix: 'n2m apply FILE makes what is missing',
    },
  ];
}

function rotate({ spec, secret, otherUsers }: RotateLook): PlanStep {
  const { name, via } = spec.source.role;
  const what = {
    api: `a new password for role ${name} through the Neon API`,
    sql: `a new password for role ${name} by SQL`,
    given: `the password that ${via === 'given' ? spec.source.role.password : ''} holds now`,
  }[via];
  const drops = via === 'api' ? 'Neon drops the open connections to the compute; ' : '';
  const adopted = isOurs(secret?.comment ?? null, spec.name) ? '' : ' (adopted)';
  const others = otherUsers.length > 0 ? `; ${otherUsers.join(', ')} read the same secret` : '';
  return {
    id: 'rotate',
    action: 'change',
    object: `password of ${name}`,
    sentence: `${what}, stored in secret ${spec.materialize.names.secret}${adopted}, validated; the old one proven dead`,
    changes: [],
    interrupts:
      via === 'given' ? null : `${drops}whoever else logs in as ${name} with the old password is locked out${others}`,
    irreversible: via === 'given' ? null : 'the old password cannot be brought back',
    approval: via === 'given' ? null : 'reset-password',
  };
}

export function reconnect(spec: PipelineSpec): PlanStep {
  const object = `source ${spec.materialize.names.source}`;
  return {
    id: 'reconnect',
    action: 'change',
    object,
    sentence: `let ${object} log in again, and see it run and hold its slot`,
    changes: [],
    interrupts: 'its tables stand still for some seconds',
    irreversible: null,
    approval: null,
  };
}

function approvals({ source }: PipelineSpec, steps: PlanStep[]): Approval[] {
  return steps.flatMap((step) =>
    step.approval === null
      ? []
      : [
          {
            key: step.approval,
            step: step.id,
            reason: `change the password of ${source.role.name}: ${[step.interrupts, step.irreversible].join('; ')}`,
          },
        ],
  );
}
