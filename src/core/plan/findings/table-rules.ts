import { plural } from '../../text/count';
import { formatBytes } from '../../text/size';
import { replicaIdentityFull } from '../../sql/postgres';
import { alterRoleBypassRls, grantSelect, grantUsage } from '../../sql/postgres';
import { dropSubsource, dropTable } from '../../sql/materialize';
import { quoteIdent, qualified } from '../../sql/quote';
import type { ColumnRef } from '../../spec/types';
import type { ColumnFacts, TableFacts, TablePublication } from '../facts';
import { amount, copyCost } from '../../objects/cluster/estimate';
import { neededGrants } from '../../objects/grants/needed';
import { isOurs } from '../ownership';
import { tablesToPublish } from '../../objects/publication/differences';
import { isPublishable } from '../../objects/replica-identity/predicted';
import { columnDifferences, droppedTable } from '../../objects/source/rebuild';
import { listed } from '../context';
import { childOf, sameTable, tableName } from '../../objects/tables/select';
import { blocking, info, isCopying, statements, typed, warning, type Found, type Rule } from './rule';

/** Rows below this are copied in a blink whatever the statistics say. */
const WORTH_ANALYSING_BYTES = 1_000_000n;

const KINDS: Record<string, string> = {
  p: 'a partitioned table: name its partitions instead',
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
};
const PERSISTENCES = { permanent: 'of the system', unlogged: 'unlogged', temporary: 'temporary' };

const kindOf = ({ relkind, persistence }: TableFacts): string =>
  relkind === 'r' ? `${PERSISTENCES[persistence]}` : (KINDS[relkind] ?? 'no table');

export const tableRules: Record<string, Rule> = {
  'no-tables': ({ tables, source, spec }) => {
    if (tables.length > 0 || source.missingTables.length > 0) return [];
    const where =
      spec.source.tables.kind === 'schemas' ? `schemas ${spec.source.tables.schemas.join(', ')}` : 'the file';
    return [blocking('tables', `nothing to replicate: ${where} select no table`, 'name tables in source.tables')];
  },

  'missing-table': ({ source, spec }) =>
    source.missingTables.map((table) =>
      blocking(
        tableName(table),
        `${tableName(table)} does not exist in database ${spec.source.database}`,
        'correct the name in source.tables; mixed case needs quotes: public."Orders"',
      ),
    ),

  'not-a-table': ({ upstream }) =>
    upstream
      .filter((table) => !isPublishable(table))
      .map((table) =>
        blocking(
          tableName(table),
          `${tableName(table)} is ${kindOf(table)}, which logical replication does not carry`,
          table.relkind === 'r' && table.persistence === 'unlogged'
            ? `take it out of source.tables, or: ${statements(setLogged(table))} -- which rewrites it`
            : 'take it out of source.tables',
        ),
      ),

  'duplicate-target': ({ tables }) =>
    tables.flatMap((table, at) => {
      const first = tables.findIndex((other) => other.target === table.target);
      const other = tables[first];
      if (first === at || !other) return [];
      const sentence = `${tableName(table)} and ${tableName(other)} would both be called ${table.target} in Materialize`;
      return [blocking(tableName(table), sentence, `- ${tableName(table)} as ${table.schema}_${table.name}`)];
    }),

  'unsupported-type': ({ upstream, spec, target }) =>
    upstream.flatMap((table) => {
      if (childOf(target, table)) return [];
      const named = (list: ColumnRef[], column: ColumnFacts) =>
        list.some((ref) => ref.schema === table.schema && ref.table === table.name && ref.column === column.name);
      return table.columns
        .filter((column) => !column.generated && !named(spec.source.excludeColumns, column))
        .flatMap((column): Found[] => {
          const name = `${tableName(table)}.${column.name}`;
          if (column.ingest === 'no') {
            const sentence = `${name} has type ${column.type}, which Materialize cannot take at all`;
            return [blocking(name, sentence, `source.excludeColumns: [${name}]`)];
          }
          if (column.ingest === 'yes' || named(spec.source.textColumns, column)) return [];
          const sentence = `${name} has type ${column.type}, which Materialize takes as text only`;
          return [blocking(name, sentence, `source.textColumns: [${name}]`)];
        });
    }),

  'unknown-column': ({ upstream, spec }) =>
    (['textColumns', 'excludeColumns'] as const).flatMap((key) =>
      spec.source[key].flatMap((ref) => {
        const table = upstream.find((facts) => facts.schema === ref.schema && facts.name === ref.table);
        if (table?.columns.some((column) => column.name === ref.column)) return [];
        const name = `${ref.schema}.${ref.table}.${ref.column}`;
        const what = table ? 'that table has no such column' : 'that table is not replicated';
        return [blocking(name, `source.${key} names ${name}, but ${what}`, `take it out of source.${key}`)];
      }),
    ),

  'text-columns-changed': ({ spec, target, upstream, tables, recreate }) => {
    const { source } = target;
    // Tables of our own are dropped and copied again by the run itself.
    if (source === null || recreate.length > 0 || isOurs(source.comment, spec.name)) return [];
    return upstream.flatMap((table): Found[] => {
      const child = childOf(target, table);
      const differences = child ? columnDifferences(spec, source, child, table) : [];
      if (!child || differences.length === 0) return [];
      const sentence = `${tableName(table)} was adopted and keeps the columns it was copied with (${differences.join(', ')}); copying it again: ${copyCost(
        spec,
        tables.filter((planned) => sameTable(planned, table)),
      )}`;
      const { item, kind } = droppedTable(spec, child, '');
      const drop = kind === 'table' ? dropTable(item) : dropSubsource(item);
      const fix = `${statements(drop)} -- then apply, which adds it again`;
      const joins = differences.some((difference) => difference.includes(': joins '));
      return [(joins ? blocking : warning)(tableName(table), sentence, fix)];
    });
  },

  'table-owner': ({ upstream, source }) =>
    upstream
      .filter((table) => !table.ownedByUs)
      .filter((table) => table.replicaIdentity !== 'full' || needsPublishing(table, source.publication))
      .map((table) => {
        const sentence = `${tableName(table)} belongs to ${table.owner}; ${source.user.name} may neither set its replica identity nor publish it`;
        return blocking(tableName(table), sentence, statements(grantMembership(table.owner, source.user.name)));
      }),

  'table-privileges': ({ upstream, source, spec }) => {
    const role = spec.source.role.name;
    return neededGrants(source, upstream)
      .tables.filter((table) => !table.ownedByUs)
      .map((table) =>
        blocking(
          tableName(table),
          `${role} may not read ${tableName(table)}, and ${source.user.name} may not grant it: ${table.owner} has to`,
          statements(grantUsage(table.schema, role), grantSelect([table], role)),
        ),
      );
  },

  'replica-identity': ({ upstream }) =>
    upstream
      .filter((table) => table.ownedByUs && table.replicaIdentity !== 'full')
      .map((table) =>
        info(
          tableName(table),
          `${tableName(table)} has replica identity ${table.replicaIdentity}; the run sets it to full before publishing`,
          statements(replicaIdentityFull(table)),
        ),
      ),

  'published-without-identity': ({ upstream, source }) =>
    upstream
      .filter((table) => !needsPublishing(table, source.publication) || table.publications.some(sendsChanges))
      .filter(
        (table) => table.replicaIdentity === 'nothing' || (table.replicaIdentity === 'default' && !table.hasPrimaryKey),
      )
      .map((table) =>
        warning(
          tableName(table),
          `${tableName(table)} is published without a replica identity: its updates and deletes fail with 55000 right now`,
          statements(replicaIdentityFull(table)),
        ),
      ),

  'row-security': ({ upstream, source, spec }) => {
    const tables = upstream.filter((table) => table.rowSecurity);
    const { role, user } = source;
    if (tables.length === 0 || role?.bypassRls || role?.superuser) return [];
    const name = spec.source.role.name;
    const sentence = `policies hide rows of ${listed(tables.map(tableName))} from ${name}: the copy needs BYPASSRLS`;
    if (role === null) {
      if (spec.source.role.via === 'api') return [];
      const note = `; the run creates it so, if ${user.name} may`;
      return [warning(`role ${name}`, `${sentence}${note}`, statements(alterRoleBypassRls(name)))];
    }
    return [blocking(`role ${name}`, sentence, statements(alterRoleBypassRls(name)))];
  },

  'stale-statistics': (scene) =>
    scene.upstream
      .filter((table) => table.estimatedRows === null && BigInt(table.bytes) > WORTH_ANALYSING_BYTES)
      .filter((table) => scene.fresh.some((fresh) => sameTable(fresh, table)))
      .map((table) =>
        warning(
          tableName(table),
          `${tableName(table)} (${formatBytes(table.bytes)}) was never analysed: its copy cannot be split and shows no percentage`,
          statements(`ANALYZE ${qualified(table.schema, table.name)}`),
        ),
      ),

  'table-size': (scene) => {
    if (!isCopying(scene) || scene.fresh.length === 0) return [];
    const { rows, bytes } = amount(scene.tables);
    const count = rows === null ? 'an unknown number of rows' : plural(rows, 'row');
    const sentence = `the first copy reads ${plural(scene.fresh.length, 'table')}: about ${count}, ${formatBytes(bytes)}`;
    return [info('tables', sentence)];
  },

  'table-has-dependents': ({ removed }) =>
    removed
      .filter((table) => table.dependents.length > 0)
      .map((table) => {
        const names = typed(table.dependents);
        const sentence = `${tableName(table)} left the file, but ${listed(names)} read from it: they would go with it`;
        const drops = table.dependents
          .toReversed()
          .map((item) => `DROP ${item.type.toUpperCase().replaceAll('-', ' ')} ${item.name}`);
        return blocking(tableName(table), sentence, statements(...drops));
      }),

  'table-named-differently': ({ tables }) =>
    tables
      .filter((table) => !table.fresh && table.target !== (table.alias ?? table.name))
      .map((table) => {
        const wanted = table.alias ?? table.name;
        const sentence = `${tableName(table)} is called ${table.target} in Materialize; the file calls it ${wanted}`;
        const fix = `ALTER SOURCE ${quoteIdent(table.target)} RENAME TO ${quoteIdent(wanted)}`;
        return warning(tableName(table), sentence, statements(fix));
      }),

  'table-dead': ({ tables, target, spec }) =>
    tables.flatMap((table) => {
      const child = childOf(target, table);
      if (!child?.error || target.source?.error) return [];
      const sentence = `${tableName(table)} stands still in Materialize: ${child.error}`;
      return [warning(tableName(table), sentence, `n2m repair ${spec.name}`)];
    }),
};

const needsPublishing = (table: TableFacts, publication: Parameters<typeof tablesToPublish>[1] | null): boolean =>
  publication === null || tablesToPublish([table], publication).length > 0;

const sendsChanges = ({ publishes }: TablePublication): boolean => publishes.update || publishes.delete;

const setLogged = (table: TableFacts): string => `ALTER TABLE ${qualified(table.schema, table.name)} SET LOGGED`;

const grantMembership = (owner: string, user: string): string => `GRANT ${quoteIdent(owner)} TO ${quoteIdent(user)}`;
