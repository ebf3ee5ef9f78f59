import { listed } from '../../plan/context';
import { setTo } from '../../plan/fix';
import { isOurs } from '../../plan/ownership';
import { blocking, info, type Rule, warning } from '../../plan/rule';
import { dropPublication } from '../publication/statements';
import { isIn } from '../tables/find';
import { existsInTarget, tableName } from '../tables/select';

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

  'upstream-moved': ({ rebuild, elsewhere, target, source, spec }) => {
    if (elsewhere && target.source?.slot === null) {
      const object = `source ${spec.materialize.names.source}`;
      const sentence = `Materialize names no slot of ${object}: nothing tells whether it can go on at ${source.host}:${source.port}`;
      return [blocking(object, sentence, 'put the old address back into the file, or drop the source by hand')];
    }
    if (!rebuild?.moved || target.connection === null) return [];
    const { host, port, database } = target.connection;
    const sentence = `what this pipeline made on ${host}:${port} stays there; its slot goes with the source, as long as Materialize still reaches that server`;
    const fix = `on ${host}:${port}, database ${database}, see that slot ${rebuild.slot} is gone, then: ${dropPublication(spec.source.publication)};`;
    return [warning(`${host}:${port}`, sentence, fix)];
  },

  'limit-reached': (context) => {
    const { limits, cluster, source, schemaItems } = context.target;
    const more = context.tables.filter((table) => !existsInTarget(context, table)).length;
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
