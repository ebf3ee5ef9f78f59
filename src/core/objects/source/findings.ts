import { listed } from '../../plan/context';
import { setTo, takeOutOf } from '../../plan/fix';
import { isOurs } from '../../plan/ownership';
import { blocking, type FindingContext, type Found, info, type Rule, warning } from '../../plan/rule';
import { writeConstraint } from '../../spec/identifiers';
import type { ConstraintRef } from '../../spec/types';
import { dropPublication } from '../publication/statements';
import { isIn } from '../tables/find';
import { childOf, existsInTarget, isCopiedBeside, isRebuilt, tableName } from '../tables/select';
import { CONSTRAINTS_VERSION } from './definition';
import { offersTables } from './syntax';

/** `mz_version_num()` is major·100000 + minor·100 + patch; older than v26.0 is read about, but not tried. */
const TRIED_VERSION = 2_600_000;

/** What this Materialize takes, and what becomes of a source that is there. */
export const sourceFindings: Record<string, Rule> = {
  'materialize-version': ({ target }) =>
    target.versionNum < TRIED_VERSION
      ? [
          warning(
            'Materialize',
            `${target.version} is older than v26.0, the oldest release n2m was tried with`,
            'upgrade it',
          ),
        ]
      : [],

  'exclude-columns': ({ target, spec }) =>
    target.versionNum < TRIED_VERSION && spec.source.excludeColumns.length > 0
      ? [
          blocking(
            'source.excludeColumns',
            `${target.version} does not know EXCLUDE COLUMNS for Postgres`,
            'upgrade Materialize',
          ),
        ]
      : [],

  'exclude-constraints': (context) => {
    const { target, spec, syntax } = context;
    const refs = spec.source.excludeConstraints ?? [];
    if (refs.length === 0) return [];
    const key = 'source.excludeConstraints';
    if (target.versionNum < CONSTRAINTS_VERSION) {
      const sentence = `${target.version} does not know EXCLUDE CONSTRAINTS, which came with v26.42`;
      return [blocking(key, sentence, 'upgrade Materialize, or leave it out of the file until then')];
    }
    if (syntax === 'subsources') {
      const sentence = 'only tables that are made from a source can be made without constraints, not subsources';
      return [blocking(key, sentence, setTo('materialize.syntax', 'tables'))];
    }
    return refs.flatMap((ref) => absentConstraint(context, ref));
  },

  'syntax-refused': ({ target, spec }) =>
    target.forcesSourceTables && spec.materialize.syntax === 'subsources'
      ? [
          blocking(
            'materialize.syntax',
            'this Materialize takes source tables only',
            setTo('materialize.syntax', 'auto'),
          ),
        ]
      : [],

  'older-syntax': offersTables,

  'upstream-moved': ({ rebuild, elsewhere, target, source, spec }) => {
    if (elsewhere && target.source?.slot === null) {
      const object = `source ${spec.materialize.names.source}`;
      const sentence = `Materialize names no slot of ${object}: nothing tells whether it can go on at ${source.host}:${source.port}`;
      return [blocking(object, sentence, 'put the old address back into the file, or drop the source by hand')];
    }
    if (!rebuild?.moved || target.connection === null) return [];
    const { host, port, database } = target.connection;
    const sentence = `what this pipeline made on ${host}:${port} stays there; its slot goes with the source, as long as Materialize still reaches that server`;
    const gone = `on ${host}:${port}, database ${database}, see that slot ${rebuild.slot} is gone`;
    const drop = `${dropPublication(spec.source.publication)};`;
    // One of the two may be a standby of the other: then the publication there is the one that goes on.
    const fix = `${gone}; only where it is neither primary nor standby of the server that is read now, then also: ${drop}`;
    return [warning(`${host}:${port}`, sentence, fix)];
  },

  'limit-reached': (context) => {
    const { limits, cluster, source, schemaItems } = context.target;
    const beside = context.tables.filter((table) => isCopiedBeside(context.beside, table)).length;
    const more = beside + context.tables.filter((table) => !existsInTarget(context, table)).length;
    const legacy = context.syntax === 'subsources';
    // What is made again goes first.
    const going = context.recreate.length > 0 ? (source?.children ?? []) : [];
    const freed = going.filter(({ kind }) => (kind === 'subsource') === legacy).length;
    const used = (legacy ? limits.usedSources : limits.usedTables) - freed;
    const max = legacy ? limits.maxSources : limits.maxTables;
    const name = legacy ? 'max_sources' : 'max_tables';
    const fix = `ask Materialize to raise it, or drop what is not used`;
    const { maxPerSchema = Infinity } = limits;
    const gone = new Set(going.map(({ id }) => id));
    const staying = schemaItems.filter(({ id }) => !gone.has(id)).length;
    const schema = `schema ${context.spec.materialize.schema}`;
    return [
      ...(more > 0 && staying + more > maxPerSchema
        ? [
            blocking(
              schema,
              `${more} more on top of ${staying} objects of ${schema} would exceed max_objects_per_schema (${maxPerSchema})`,
              `ask Materialize to raise it, or give materialize.schema another schema`,
            ),
          ]
        : []),
      ...(used + more > max
        ? [blocking(name, `${more} more on top of ${used} would exceed ${name} (${max})`, fix)]
        : []),
      ...(cluster === null && limits.usedClusters + 1 > limits.maxClusters
        ? [blocking('max_clusters', `all ${limits.maxClusters} clusters are taken`, fix)]
        : []),
    ];
  },

  'source-stalled': ({ target: { source }, spec }) =>
    source?.error
      ? [
          warning(
            `source ${spec.materialize.names.source}`,
            `source ${spec.materialize.names.source} is ${source.status}: ${source.error}`,
            `n2m status ${spec.name}`,
          ),
        ]
      : [],

  'adopted-extra-tables': ({ target: { source }, tables, spec }) => {
    if (source === null || isOurs(source.comment, spec.name)) return [];
    const extra = source.children.filter((child) => !isIn(tables, child.upstream));
    if (extra.length === 0) return [];
    const names = listed(extra.map((child) => tableName(child.upstream)));
    return [
      info(`source ${spec.materialize.names.source}`, `the adopted source also has ${names}; they are left alone`),
    ];
  },
};

/** Materialize refuses a name that the table does not have; a table that was made without it is what it was named for. */
function absentConstraint({ spec, target, upstream, rebuild, beside }: FindingContext, ref: ConstraintRef): Found[] {
  const { schema, table, constraint } = ref;
  const facts = upstream.find((one) => one.schema === schema && one.name === table);
  const fix = takeOutOf('source.excludeConstraints', writeConstraint(ref));
  const name = writeConstraint(ref);
  if (!facts) return [blocking(name, `${schema}.${table} is not replicated`, fix)];
  if (constraint === null || facts.constraints.includes(constraint)) return [];
  const child = childOf(spec, target, facts);
  const sentence = `${tableName(facts)} has no primary key or unique constraint ${constraint}`;
  const stays = child !== null && !isRebuilt(rebuild, facts) && !isCopiedBeside(beside, facts);
  if (!stays) return [blocking(name, sentence, fix)];
  return child.excludeConstraints?.includes(constraint) ? [] : [warning(name, sentence, fix)];
}
