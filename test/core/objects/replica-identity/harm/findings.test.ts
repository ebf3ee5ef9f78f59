import { harmFindings } from '../../../../../src/core/objects/replica-identity/harm/findings';
import { testFindings, prepared, orders } from '../../../plan/finding-cases';
import * as f from '../../../plan/fixtures';

const stored = f.generatedColumn('total', 'stored', '(price * (2)::numeric)');
const virtual = f.generatedColumn('half', 'virtual', '(price / (2)::numeric)');
const narrow = f.publishedBy('analytics', { columns: ['id'] });
const plain = f.table('orders').columns;
const inserts = { insert: true, update: false, delete: false, truncate: false };

testFindings(harmFindings, {
  raised: [
    [
      'generated-columns',
      'a stored column before 18',
      { source: orders({ columns: [stored] }) },
      'info',
      'in a view: public.orders.total = (price * (2)::numeric)',
    ],
    [
      'generated-columns',
      'a stored column on 18',
      { source: { versionNum: 180_000, ...orders({ columns: [stored] }) } },
      'info',
      'in a view: public.orders.total = (price * (2)::numeric)',
    ],
    [
      'generated-columns',
      'a virtual column',
      { source: { versionNum: 180_000, ...orders({ columns: [virtual] }) } },
      'blocking',
      'take public.orders out of source.tables, or make its columns STORED: public.orders.half = (price / (2)::numeric)',
    ],
    [
      'other-publication-columns',
      'another publication that lists columns',
      { source: orders({ publications: [narrow] }) },
      'blocking',
      'BEGIN;\nALTER PUBLICATION "analytics" DROP TABLE ONLY "public"."orders";\n' +
        'ALTER PUBLICATION "analytics" ADD TABLE ONLY "public"."orders";\nCOMMIT; ' +
        '-- by analytics: its subscribers get more columns',
    ],
    [
      'other-publication-columns',
      'another publication that leaves generated columns out, on 18',
      { source: { versionNum: 180_000, ...orders({ columns: [stored], publications: [f.publishedBy('analytics')] }) } },
      'blocking',
      'ALTER PUBLICATION "analytics" SET (publish_generated_columns = stored); -- by analytics: its subscribers get more columns',
    ],
    [
      'other-publication-columns',
      'writes that are refused already',
      { source: orders({ replicaIdentity: 'full', publications: [narrow] }) },
      'warning',
      null,
    ],
  ],

  silent: [
    ['generated-columns', 'a default', { source: orders({ columns: plain }) }],
    [
      'generated-columns',
      'a stored column of a table that is copied',
      { built: true, source: { tables: prepared.tables.map((table) => ({ ...table, columns: [...plain, stored] })) } },
    ],
    [
      'other-publication-columns',
      'a row filter',
      { source: orders({ publications: [f.publishedBy('x', { filtered: true })] }) },
    ],
    [
      'other-publication-columns',
      'a list in a publication of inserts',
      { source: orders({ publications: [{ ...narrow, publishes: inserts }] }) },
    ],
    [
      'other-publication-columns',
      'generated columns left out before 18',
      { source: orders({ columns: [stored], publications: [f.publishedBy('x')] }) },
    ],
    [
      'other-publication-columns',
      'generated columns in both, on 18',
      {
        source: {
          versionNum: 180_000,
          ...orders({ columns: [stored], publications: [f.publishedBy('x', { generatedColumns: 'stored' })] }),
        },
      },
    ],
    [
      'other-publication-columns',
      'a virtual column, which is told as such',
      { source: { versionNum: 180_000, ...orders({ columns: [virtual], publications: [f.publishedBy('x')] }) } },
    ],
  ],
});
