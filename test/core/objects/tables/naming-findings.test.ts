import { namingFindings } from '../../../../src/core/objects/tables/naming-findings';
import { testFindings, target } from '../../plan/finding-cases';
import * as f from '../../plan/fixtures';

testFindings(namingFindings, {
  raised: [
    [
      'target-too-long',
      'a name that does not fit',
      { spec: f.withSource({ tables: { kind: 'all', aliases: [], targetName: `${'x'.repeat(248)}{table}` } }) },
      'blocking',
      'source.aliases: [public.customers as public_customers]',
    ],
    [
      'duplicate-target',
      'one name in two schemas',
      {
        spec: f.withSource({ tables: { kind: 'all', aliases: [] } }),
        source: { tables: [f.table('orders'), f.table('orders', { schema: 'old' })] },
      },
      'blocking',
      'source.targetName: "{schema}_{table}"',
    ],
    [
      'table-named-differently',
      'another name in Materialize',
      {
        built: true,
        target: {
          source: {
            ...target.source!,
            children: [f.child('o', { upstream: { schema: 'public', name: 'orders' } }), f.child('customers')],
          },
        },
      },
      'warning',
      'ALTER SOURCE "o" RENAME TO "orders";',
    ],
    [
      'name-refused',
      'a table that no statement of Materialize can say',
      {
        spec: f.withSource({ tables: { kind: 'schemas', schemas: ['public'], aliases: [] } }),
        source: { tables: [f.table('.')] },
      },
      'blocking',
      'rename it upstream, or source.exclude: [public."."]',
    ],
    [
      'name-clash',
      'a view of that name',
      { target: { schemaItems: [{ id: 'u5', name: 'orders', type: 'view' }] } },
      'blocking',
      'source.tables: [public.orders as public_orders]',
    ],
    [
      'name-clash',
      'a table called like the secret',
      { spec: f.withSource({ tables: { kind: 'all', aliases: [] } }), source: { tables: [f.table('shop_password')] } },
      'blocking',
      'source.aliases: [public.shop_password as public_shop_password]',
    ],
  ],
});
