import { progressName } from '../../names';
import { closest } from '../../text/similar';
import { quoteIdent } from '../../sql/quote';
import { listed, type Scene } from '../context';
import { isOurs } from '../ownership';
import { sameTable, tableName } from '../../objects/tables/select';
import { dropStray, leftClusters, strayName } from '../../objects/cluster/orphans';
import { blocking, info, isCreating, typed, warning, type Found, type Rule } from './rule';

/** `mz_version_num()` is major·100000 + minor·100 + patch; older than v26.0 is read about, but not tried. */
const TRIED_VERSION = 2_600_000;

export const targetRules: Record<string, Rule> = {
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

  'materialize-privileges': ({ target }) =>
    target.missingPrivileges.map((privilege) =>
      blocking(
        `role ${target.user}`,
        `${target.user} lacks ${privilege}`,
        `GRANT ${privilege} TO ${quoteIdent(target.user)};`,
      ),
    ),

  'database-missing': ({ target, spec }) => {
    const { database } = spec.materialize;
    if (target.databaseExists) return [];
    return [
      blocking(
        `database ${database}`,
        `database ${database} does not exist in Materialize`,
        `CREATE DATABASE ${quoteIdent(database)};`,
      ),
    ];
  },

  'unknown-size': ({ target, spec }) => {
    if (target.sizes.length === 0) return [];
    const { snapshotSize, steadySize } = spec.materialize.cluster;
    return (['snapshotSize', 'steadySize'] as const).flatMap((key) => {
      const size = key === 'snapshotSize' ? snapshotSize : steadySize;
      if (target.sizes.includes(size)) return [];
      const meant = closest(size, target.sizes);
      const sentence = `materialize.cluster.${key}: this region has no size ${size}${meant ? `, perhaps ${meant}` : ''}`;
      return [blocking(`size ${size}`, sentence, `one of ${target.sizes.join(', ')}`)];
    });
  },

  'renamed-object': ({ target: { source, strays }, spec }) => {
    const { database, schema, names } = spec.materialize;
    const [before] = source === null ? strays.filter(({ kind }) => kind === 'source') : [];
    if (before) {
      const sentence = `${strayName(before)} is this pipeline's, and the file names it ${database}.${schema}.${names.source}: a second source would copy everything again and leave the first with its slot`;
      const fix = `put the old name back; or take the old one down first: n2m destroy ${spec.name}`;
      return [blocking(strayName(before), sentence, fix)];
    }
    const dropped = leftClusters(strays);
    return strays
      .filter((stray) => !dropped.includes(stray))
      .map((stray) => {
        const object = strayName(stray);
        const users = typed(stray.otherObjects);
        const sentence = `${object} is this pipeline's and the file does not name it${users.length > 0 ? `; it runs ${listed(users)}` : ''}`;
        return warning(object, sentence, `${dropStray(stray)};`);
      });
  },

  'limit-reached': (scene) => {
    const { limits, cluster } = scene.target;
    const more = scene.tables.filter((table) => !exists(scene, table)).length;
    const legacy = scene.syntax === 'subsources';
    const used = legacy ? limits.usedSources : limits.usedTables;
    const max = legacy ? limits.maxSources : limits.maxTables;
    const name = legacy ? 'max_sources' : 'max_tables';
    const fix = `ask Materialize to raise it, or drop what is not used`;
    return [
      ...(used + more > max
        ? [blocking(name, `${more} more on top of ${used} would exceed ${name} (${max})`, fix)]
        : []),
      ...(cluster === null && limits.usedClusters + 1 > limits.maxClusters
        ? [blocking('max_clusters', `all ${limits.maxClusters} clusters are taken`, fix)]
        : []),
    ];
  },

  'name-clash': (scene) => {
    const { spec, target, tables, syntax } = scene;
    const { secret, connection, source } = spec.materialize.names;
    const own = [secret, connection, source, ...(syntax === 'subsources' ? [progressName(source)] : [])];
    const inside = tables
      .filter((table) => own.includes(table.target))
      .map((table) => clash(table, `${table.target} is also the name of an object this pipeline makes`));
    const outside = tables
      .filter((table) => !exists(scene, table) && !own.includes(table.target))
      .flatMap((table): Found[] => {
        const item = target.schemaItems.find(({ name, id }) => name === table.target && !isRecreated(scene, id));
        if (!item) return [];
        return [clash(table, `schema ${spec.materialize.schema} already has a ${item.type} called ${table.target}`)];
      });
    return [...inside, ...outside];
  },

  'syntax-refused': ({ target, spec }) =>
    target.forcesSourceTables && spec.materialize.syntax === 'subsources'
      ? [blocking('materialize.syntax', 'this Materialize takes source tables only', 'materialize.syntax: auto')]
      : [],

  'shared-cluster': ({ target: { cluster }, spec }) => {
    if (cluster === null || cluster.otherObjects.length === 0) return [];
    const others = typed(cluster.otherObjects);
    const name = `cluster ${spec.materialize.cluster.name}`;
    return [
      warning(
        name,
        `${name} also runs ${listed(others)}: they compete for memory, and a resize restarts them, too`,
        'give the pipeline a cluster of its own',
      ),
    ];
  },

  'cluster-reconfiguring': ({ target: { cluster }, spec }) =>
    cluster !== null && cluster.pending > 0
      ? [info(`cluster ${spec.materialize.cluster.name}`, 'a resize of the cluster is under way; the run waits for it')]
      : [],

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
    const extra = source.children.filter((child) => !tables.some((table) => sameTable(table, child.upstream)));
    if (extra.length === 0) return [];
    const names = listed(extra.map((child) => tableName(child.upstream)));
    return [
      info(`source ${spec.materialize.names.source}`, `the adopted source also has ${names}; they are left alone`),
    ];
  },
};

const clash = (table: { schema: string; name: string; target: string }, sentence: string): Found =>
  blocking(table.target, sentence, `- ${tableName(table)} as ${table.schema}_${table.name}`);

const exists = ({ target, recreate }: Scene, table: { schema: string; name: string }): boolean =>
  recreate.length === 0 && (target.source?.children.some((child) => sameTable(child.upstream, table)) ?? false);

/** Goes away before the new one comes. */
const isRecreated = (scene: Scene, id: string): boolean =>
  isCreating(scene) && (scene.target.source?.children.some((child) => child.id === id) ?? false);
