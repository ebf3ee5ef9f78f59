import { columnFindings } from '../../../../../src/core/objects/tables/columns/findings';
import { testFindings, target } from '../../../plan/finding-cases';
import * as f from '../../../plan/fixtures';

testFindings(columnFindings, {
  raised: [
    [
      'columns-added',
      'a column that came upstream',
      { built: true, target: { source: { ...target.source!, children: [f.child('orders', { columns: [] })] } } },
      'warning',
      'to do without: source.excludeColumns: [public.orders.id]',
    ],
    [
      'columns-gone',
      'a column that left upstream',
      {
        built: true,
        target: { source: { ...target.source!, children: [f.child('orders', { columns: ['id', 'was'] })] } },
      },
      'warning',
      'n2m repair shop',
    ],
  ],
});
