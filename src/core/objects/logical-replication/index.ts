import type { DestroyContext } from '../../destroy/context';
import { keep } from '../../destroy/step';
import type { DestroyStep } from '../../destroy/types';
import { type PlanContext, planStep } from '../../plan/context';
import type { PlanStep } from '../../plan/types';
import type { PipelineSpec } from '../../spec/types';
import type { GuideObject } from '../object';
import { neon, postgres, type Script } from '../script';
import { logicalReplicationFindings } from './findings';
import { logicalReplicationWords } from './words';

function plan({ spec, source }: PlanContext): PlanStep {
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

function script({ source }: PipelineSpec): Script {
  const neonProject = source.kind === 'neon' ? `/projects/${source.project}` : null;
  return {
    comment:
      neonProject === null
        ? 'wal_level has to be logical; a run stops where it is not'
        : 'restarts every compute of the project and cannot be undone: a run asks first; proven by SHOW',
    calls: [
      ...(neonProject === null
        ? []
        : [neon(`PATCH ${neonProject} {"project":{"settings":{"enable_logical_replication":true}}}`)]),
      postgres('SHOW wal_level'),
    ],
  };
}

function destroy({ source }: DestroyContext): DestroyStep[] {
  if (!source?.neon?.logicalReplication) return [];
  const object = `logical replication of project ${source.neon.project}`;
  return [keep('logical-replication', object, 'Neon cannot turn it off again')];
}

/** The server's part: `wal_level = logical`, slots, senders, and room for the WAL of a copy. */
export const logicalReplication: GuideObject = {
  name: 'logical replication',
  steps: [{ id: 'logical-replication', activity: 'enableLogicalReplication', timeouts: 'slow', plan, script }],
  findings: logicalReplicationFindings,
  words: logicalReplicationWords,
  destroyUpstream: destroy,
};
