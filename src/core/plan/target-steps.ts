import { plural } from '../text/count';
import { copyCost } from '../objects/cluster/estimate';
import { dropSourceSteps, dropTablesStep, keepDefinitionsStep, recreateStep } from '../objects/source/rebuild-steps';
import { ownerOf } from './ownership';
import { isManaged, keepOrAdopt, listed, ownerWords, planStep, writesSecret, type Scene } from './context';
import { isRebuilt, tableName } from '../objects/tables/select';
import { connectionDifferences } from '../objects/source/definition';
import type { DroppedTable, PlanStep } from './types';

export function schema(scene: Scene): PlanStep {
  const { spec, target } = scene;
  const object = `schema ${spec.materialize.database}.${spec.materialize.schema}`;
  if (!target.schema.exists) return planStep('schema', 'create', object, `create ${object}`);
  return planStep('schema', keepOrAdopt(scene, target.schema.comment), object, `${object} is there`);
}

export function secret(scene: Scene): PlanStep {
  const { spec, source, target } = scene;
  const object = `secret ${spec.materialize.names.secret}`;
  const found = target.secret;
  if (found === null) {
    return planStep('secret', 'create', object, `store the password of ${spec.source.role.name} as ${object}`);
  }
  if (writesSecret(scene) && isManaged(scene, found.comment)) {
    const sentence = `store the password of ${spec.source.role.name} in ${object}: nothing has proved the value it has`;
    return planStep('secret', 'change', object, sentence, { changes: ['value: cannot be compared, set again'] });
  }
  const owner = ownerOf(found.comment, spec.name);
  const used = target.connection !== null && connectionDifferences(spec, source, target.connection).length === 0;
  if (owner.kind === 'us' || (owner.kind === 'nobody' && (scene.established || used))) {
    const sentence = `${object} is there; its value cannot be read back`;
    return planStep('secret', keepOrAdopt(scene, found.comment), object, sentence);
  }
  const sentence = `${object} exists, ${ownerWords(scene, found.comment)}, and its value cannot be compared`;
  return planStep('secret', 'conflict', object, sentence, {
    changes: ['there: a secret nothing of this pipeline uses', `file: the password of ${spec.source.role.name}`],
  });
}

export function connection(scene: Scene): PlanStep {
  const { spec, source, target } = scene;
  const object = `connection ${spec.materialize.names.connection}`;
  const found = target.connection;
  const where = `${spec.source.role.name}@${source.host}:${source.port}/${spec.source.database}`;
  if (found === null) {
    return planStep('connection', 'create', object, `create ${object} to ${where}, SSL mode ${spec.source.tls.mode}`);
  }
  const differences = connectionDifferences(spec, source, found);
  if (differences.length === 0 && ownerOf(found.comment, spec.name).kind !== 'pipeline') {
    return planStep('connection', keepOrAdopt(scene, found.comment), object, `${object} leads to ${where}`);
  }
  if (isManaged(scene, found.comment)) {
    return planStep('connection', 'change', object, `change ${object}: ${differences.join(', ')}`, {
      changes: differences,
      interrupts: target.source === null ? null : 'the source restarts: its tables stand still for some seconds',
    });
  }
  const sentence = `${object} exists, ${ownerWords(scene, found.comment)} and differs`;
  return planStep('connection', 'conflict', object, sentence, {
    changes: [
      `there: ${found.user}@${found.host}:${found.port}/${found.database}, SSL mode ${found.sslMode}`,
      `file: ${where}, SSL mode ${spec.source.tls.mode}`,
    ],
  });
}

export function source(scene: Scene): PlanStep {
  const { spec, target, tables, recreate } = scene;
  const name = spec.materialize.names.source;
  const object = `source ${name}`;
  const found = target.source;
  const changes = tables.map((table) => `${tableName(table)} → ${table.target}`);
  if (found === null) {
    const sentence = `create ${object} with ${plural(tables.length, 'table')} in cluster ${spec.materialize.cluster.name}`;
    return planStep('source', 'create', object, sentence, { changes });
  }
  const owner = ownerOf(found.comment, spec.name);
  const add = tables.filter(
    (table) => !found.children.some((child) => child.name === table.target && isOf(child, table)),
  );
  if (owner.kind === 'pipeline' || (!isManaged(scene, found.comment) && (recreate.length > 0 || add.length > 0))) {
    return planStep('source', 'conflict', object, `${object} exists, ${ownerWords(scene, found.comment)} and differs`, {
      changes: [`there: ${sourceWords(found)}`, `file: ${fileWords(scene)}`],
    });
  }
  if (recreate.length > 0 && owner.kind !== 'us') {
    const sentence = `${object} was adopted and would have to be made again, which n2m does only with its own`;
    return planStep('source', 'conflict', object, sentence, { changes: recreate });
  }
  const again = tables.filter((table) => isRebuilt(scene.rebuild, table));
  if (recreate.length > 0) {
    const sentence = `create ${object} again with ${plural(tables.length, 'table')} in cluster ${spec.materialize.cluster.name}`;
    return planStep('source', 'change', object, sentence, { changes });
  }
  if (add.length + again.length === 0) {
    return planStep(
      'source',
      keepOrAdopt(scene, found.comment),
      object,
      `${object} has its ${plural(tables.length, 'table')}`,
    );
  }
  const waits =
    found.children.length > again.length ? '; the tables already there wait until the new ones are copied' : '';
  return planStep('source', 'change', object, `add ${listed([...add, ...again].map(tableName))} to ${object}${waits}`, {
    changes: [...add, ...again].map((table) => `add ${tableName(table)} → ${table.target}`),
    interrupts:
      waits === '' ? null : 'no table of this source moves on while the new ones are copied; upstream keeps the WAL',
  });
}

const isOf = (
  child: { upstream: { schema: string; name: string } },
  table: { schema: string; name: string },
): boolean => child.upstream.schema === table.schema && child.upstream.name === table.name;

/** What is dropped before the source step and made again after it; nothing where everything changes in place. */
export function rebuildSteps({ spec, target, rebuild, tables }: Scene): { before: PlanStep[]; after: PlanStep[] } {
  if (rebuild === null) return { before: [], after: [] };
  const { damage, dependents } = rebuild;
  const all = (target.source?.children ?? []).map(({ upstream }) => upstream);
  const again = damage.recreate.length > 0 ? tables : tables.filter((table) => isRebuilt(rebuild, table));
  const cost = copyCost(spec, again);
  const drops =
    damage.recreate.length > 0
      ? dropSourceSteps(
          spec.materialize.names.source,
          rebuild,
          all,
          `; copies ${plural(again.length, 'table')} again: ${cost}`,
          {
            approval: 'recreate-source',
          },
        )
      : [
          dropTablesStep('drop-to-recopy', rebuild, `to copy ${again.length === 1 ? 'it' : 'them'} again: ${cost}`, {
            approval: recopyKey(damage.dead[0]),
          }),
        ];
  const keep = keepDefinitionsStep(rebuild, { approval: dependents.length > 0 ? 'rebuild-dependents' : null });
  const count = dependents.length + (damage.recreate.length > 0 ? all.length : damage.dead.length);
  return { before: [keep, ...drops], after: [recreateStep(count)] };
}

/** The key that approves copying one table again: `copy-again:public.orders`. */
export const recopyKey = (table: DroppedTable | undefined): string | null =>
  table ? `copy-again:${tableName(table.upstream)}` : null;

function sourceWords(found: NonNullable<Scene['target']['source']>): string {
  const tables = listed(found.children.map((child) => tableName(child.upstream)).sort(), 20);
  return `cluster ${found.cluster}, publication ${found.publication ?? 'unknown'}, tables ${tables || 'none'}`;
}

function fileWords({ spec, tables }: Scene): string {
  const names = listed(tables.map(tableName).sort(), 20);
  return `cluster ${spec.materialize.cluster.name}, publication ${spec.source.publication}, tables ${names}`;
}

/** Only when tables left the file; null otherwise. */
export function dropTables({ removed }: Scene): PlanStep | null {
  if (removed.length === 0) return null;
  const names = removed.map(tableName);
  const dependents = removed.flatMap((table) => table.dependents.map((item) => item.name));
  const sentence = `drop ${listed(names)} from Materialize and the publication: no longer in the file`;
  return planStep('drop-tables', 'drop', listed(names), sentence, {
    changes: names.map((name) => `drop ${name}`),
    interrupts: dependents.length > 0 ? `${listed(dependents)} read from them` : 'whoever reads them in Materialize',
    irreversible: 'coming back means a new copy',
    approval: dropKey(removed[0]),
  });
}

/** The key that approves dropping one table: `drop-table:public.orders`. */
export const dropKey = (table: { schema: string; name: string } | undefined): string | null =>
  table ? `drop-table:${tableName(table)}` : null;
