import type { DestroyContext } from '../../destroy/context';
import type { DestroyStep } from '../../destroy/types';
import { used } from '../../destroy/used';
import { isManaged, keepOrAdopt, ownerWords, type PlanContext, planStep } from '../../plan/context';
import { ownerOf, writeMark } from '../../plan/ownership';
import type { PlanStep } from '../../plan/types';
import type { PipelineSpec } from '../../spec/types';
import { commentOn } from '../../sql/items';
import type { GuideObject } from '../object';
import { itemIn, materialize, type Script } from '../script';
import { connectionDifferences } from './differences';
import { connectionFindings } from './findings';
import { connectionRemedies } from './repair';
import { type ConnectionOptions, createConnection, dropConnection } from './statements';
import { connectionWords } from './words';

function plan(context: PlanContext): PlanStep {
  const { spec, source, target } = context;
  const object = `connection ${spec.materialize.names.connection}`;
  const found = target.connection;
  const where = `${spec.source.role.name}@${source.host}:${source.port}/${spec.source.database}`;
  if (found === null) {
    return planStep('connection', 'create', object, `create ${object} to ${where}, SSL mode ${spec.source.tls.mode}`);
  }
  const differences = connectionDifferences(spec, source, found);
  if (differences.length === 0 && ownerOf(found.comment, spec.name).kind !== 'pipeline') {
    return planStep('connection', keepOrAdopt(context, found.comment), object, `${object} leads to ${where}`);
  }
  if (isManaged(context, found.comment)) {
    return planStep('connection', 'change', object, `change ${object}: ${differences.join(', ')}`, {
      changes: differences,
      interrupts: target.source === null ? null : 'the source restarts: its tables stand still for some seconds',
    });
  }
  const sentence = `${object} exists, ${ownerWords(context, found.comment)} and differs`;
  return planStep('connection', 'conflict', object, sentence, {
    changes: [
      `there: ${found.user}@${found.host}:${found.port}/${found.database}, SSL mode ${found.sslMode}`,
      `file: ${where}, SSL mode ${spec.source.tls.mode}`,
    ],
  });
}

function script(spec: PipelineSpec): Script {
  const { source } = spec;
  const { names } = spec.materialize;
  const item = itemIn(spec);
  const options: ConnectionOptions = {
    host:
      source.kind === 'postgres' ? (source.reachableAt?.host ?? '<host of the URL>') : '<direct host of the endpoint>',
    port: source.kind === 'postgres' ? (source.reachableAt?.port ?? 5432) : 5432,
    user: source.role.name,
    database: source.database,
    passwordSecret: item(names.secret),
    sslMode: source.tls.mode,
    certificateAuthority: source.tls.mode.startsWith('verify') ? (source.tls.ca ?? '<ISRG Root X1 as PEM>') : null,
  };
  return {
    comment: 'validated by Materialize before it answers',
    calls: [
      materialize(createConnection(item(names.connection), options)),
      materialize(commentOn('CONNECTION', item(names.connection), writeMark(spec.name))),
    ],
  };
}

function destroy(context: DestroyContext): DestroyStep[] {
  const name = itemIn(context.spec)(context.spec.materialize.names.connection);
  const { connection: found } = context.target;
  return used(context, 'remove-connection', `connection ${name.name}`, found, () => [`${dropConnection(name)};`]);
}

/** How Materialize reaches the server, and how it checks who answers. */
export const connection: GuideObject = {
  name: 'connection',
  steps: [{ id: 'connection', activity: 'ensureConnection', timeouts: 'slow', plan, script }],
  findings: connectionFindings,
  words: connectionWords,
  destroy,
  repair: connectionRemedies,
  removals: [{ id: 'remove-connection', activity: 'removeConnection', timeouts: 'quick' }],
};
