import { sourceFindings } from '../../../../src/core/objects/source/findings';
import { testFindings, prepared, target } from '../../plan/finding-cases';
import * as f from '../../plan/fixtures';

const CONSTRAINTS = { version: 'v26.42.0', versionNum: 2_604_200 };
const without = (table: string, constraint: string | null) =>
  f.withSource({ excludeConstraints: [{ schema: 'public', table, constraint }] });

testFindings(sourceFindings, {
  raised: [
    [
      'upstream-moved',
      'a source whose slot is not where the file leads',
      { source: { ...prepared, host: 'ep-new.aws.neon.tech', slots: [] }, target: f.builtTarget() },
      'warning',
      'on ep-cool-darkness-123456.us-east-2.aws.neon.tech:5432, database shop, see that slot materialize_0123456789abcdef0123456789abcdef is gone; only where it is neither primary nor standby of the server that is read now, then also: DROP PUBLICATION IF EXISTS "n2m_shop";',
    ],
    [
      'upstream-moved',
      'a standby, perhaps of the very server that was read',
      {
        spec: f.primarySpec(),
        source: { ...prepared, host: 'standby', slots: [], replica: f.replica() },
        target: f.builtTarget(),
      },
      'warning',
      'on ep-cool-darkness-123456.us-east-2.aws.neon.tech:5432, database shop, see that slot materialize_0123456789abcdef0123456789abcdef is gone; only where it is neither primary nor standby of the server that is read now, then also: DROP PUBLICATION IF EXISTS "n2m_shop";',
    ],
    [
      'materialize-version',
      'an old Materialize',
      { target: { versionNum: 16_200, version: 'v0.162.0' } },
      'warning',
      'upgrade it',
    ],
    [
      'exclude-columns',
      'an old Materialize and excluded columns',
      {
        spec: f.withSource({ excludeColumns: [{ schema: 'public', table: 'orders', column: 'id' }] }),
        target: { versionNum: 16_200 },
      },
      'blocking',
      null,
    ],
    [
      'exclude-constraints',
      'a Materialize that does not know it',
      { spec: without('orders', 'orders_pkey'), target: { versionNum: 2_603_900 } },
      'blocking',
      'upgrade Materialize, or leave it out of the file until then',
    ],
    [
      'exclude-constraints',
      'a source with subsources',
      { spec: without('orders', 'orders_pkey'), target: CONSTRAINTS, built: true },
      'blocking',
      'materialize.syntax: tables',
    ],
    [
      'exclude-constraints',
      'a constraint that is not there',
      { spec: without('orders', 'Gone'), target: CONSTRAINTS },
      'blocking',
      'take public.orders."Gone" out of source.excludeConstraints',
    ],
    [
      'exclude-constraints',
      'a table that is not replicated',
      {
        spec: f.withSource({
          tables: { kind: 'schemas', schemas: ['public'], aliases: [] },
          excludeConstraints: [{ schema: 'public', table: 'other', constraint: null }],
        }),
        target: CONSTRAINTS,
      },
      'blocking',
      'take public.other out of source.excludeConstraints',
    ],
    [
      'exclude-constraints',
      'a constraint that is gone, of a table that was copied with it',
      {
        spec: without('orders', 'gone'),
        target: { ...CONSTRAINTS, source: { ...target.source!, syntax: 'tables' } },
        built: true,
      },
      'warning',
      'take public.orders.gone out of source.excludeConstraints',
    ],
    [
      'limit-reached',
      'too many sources',
      { target: { limits: { ...target.limits, usedSources: 199 } } },
      'blocking',
      null,
    ],
    [
      'limit-reached',
      'too many objects in the schema',
      { target: { limits: { ...target.limits, maxPerSchema: 1 } } },
      'blocking',
      'ask Materialize to raise it, or give materialize.schema another schema',
    ],
    [
      'limit-reached',
      'no cluster left',
      { target: { limits: { ...target.limits, usedClusters: 25 } } },
      'blocking',
      null,
    ],
    [
      'older-syntax',
      'a source with subsources where new ones have tables of their own',
      { built: true, target: { versionNum: 2_603_900 } },
      'info',
      'materialize.syntax: tables',
    ],
    [
      'older-syntax',
      'one that was adopted',
      { built: true, target: { versionNum: 2_603_900, source: { ...target.source!, comment: null } } },
      'info',
      'drop source shop_source by hand with what is built on it, then: n2m apply FILE',
    ],
    [
      'syntax-refused',
      'subsources where they are refused',
      { spec: f.withMaterialize({ syntax: 'subsources' }), target: { forcesSourceTables: true } },
      'blocking',
      'materialize.syntax: auto',
    ],
    [
      'source-stalled',
      'a stalled source',
      { built: true, target: { source: { ...target.source!, status: 'stalled', error: 'x' } } },
      'warning',
      'n2m status shop',
    ],
    [
      'adopted-extra-tables',
      'an adopted source with more tables',
      {
        built: true,
        target: {
          source: { ...target.source!, comment: null, children: [...target.source!.children, f.child('log')] },
        },
      },
      'info',
      null,
    ],
  ],

  silent: [
    [
      'older-syntax',
      'a server that takes no tables made from a source',
      { built: true, target: { versionNum: 2_602_400 } },
    ],
    [
      'older-syntax',
      'a file that wants subsources',
      { built: true, spec: f.withMaterialize({ syntax: 'subsources' }), target: { versionNum: 2_603_900 } },
    ],
    [
      'older-syntax',
      'a file that asks for tables',
      { built: true, spec: f.withMaterialize({ syntax: 'tables' }), target: { versionNum: 2_603_900 } },
    ],
    [
      'older-syntax',
      'a source of another pipeline',
      {
        built: true,
        target: { versionNum: 2_603_900, source: { ...target.source!, comment: f.mark.replace('"shop"', '"other"') } },
      },
    ],
    [
      'exclude-constraints',
      'a constraint that was dropped as it was meant to be',
      {
        spec: without('orders', 'gone'),
        target: {
          ...CONSTRAINTS,
          source: {
            ...target.source!,
            syntax: 'tables',
            children: [f.child('orders', { excludeConstraints: ['gone'] }), f.child('customers')],
          },
        },
        built: true,
      },
    ],
  ],
});
