import { publicationRules } from '../../../../src/core/objects/publication/findings';
import { testFindings, prepared, publication, parted } from '../../plan/finding-cases';

const notOurs = { ...publication, comment: null };
const filtered = publication.tables.map((t) => ({ ...t, filtered: t.name === 'orders' }));

testFindings(publicationRules, {
  raised: [
    [
      'claimed-publication',
      "another login's publication with our mark",
      { source: { ...prepared, claims: [{ name: 'n2m_shop.record', owner: 'intern' }] } },
      'warning',
      'n2m explain claimed-publication',
    ],
    [
      'publication-creation',
      'a user without CREATE',
      { source: { user: { ...prepared.user, canCreateInDatabase: false } } },
      'blocking',
      'GRANT CREATE ON DATABASE "shop" TO "neondb_owner";',
    ],
    [
      'publication-creation',
      'a user without CREATE, where the publication is somebody else’s and something is added',
      { source: { publication: notOurs, user: { ...prepared.user, canCreateInDatabase: false } } },
      'blocking',
      'GRANT CREATE ON DATABASE "shop" TO "neondb_owner";',
    ],
    [
      'publication-membership',
      'others’ publication without a table',
      { source: { publication: { ...notOurs, tables: publication.tables.slice(0, 1) } } },
      'blocking',
      'ALTER PUBLICATION "n2m_shop" ADD TABLE ONLY "public"."orders";',
    ],
    [
      'publication-membership',
      'our publication without a table',
      { source: { publication: { ...publication, tables: publication.tables.slice(0, 1) } } },
      'info',
      'ALTER PUBLICATION "n2m_shop" ADD TABLE ONLY "public"."orders";',
    ],
    [
      'publication-operations',
      'a publication without deletes',
      { source: { publication: { ...notOurs, publishes: { ...publication.publishes, delete: false } } } },
      'blocking',
      `ALTER PUBLICATION "n2m_shop" SET (publish = 'insert, update, delete, truncate');`,
    ],
    [
      'publication-operations',
      'our publication without updates, before anything is copied',
      { source: { publication: { ...publication, publishes: { ...publication.publishes, update: false } } } },
      'info',
      `ALTER PUBLICATION "n2m_shop" SET (publish = 'insert, update, delete, truncate');`,
    ],
    [
      'publication-operations',
      'our publication without updates, after the copy',
      {
        source: { publication: { ...publication, publishes: { ...publication.publishes, update: false } } },
        built: true,
      },
      'blocking',
      'n2m repair shop',
    ],
    [
      'publication-narrowed',
      'a row filter of others',
      { source: { publication: { ...notOurs, tables: filtered } } },
      'blocking',
      'ALTER PUBLICATION "n2m_shop" DROP TABLE ONLY "public"."orders";\nALTER PUBLICATION "n2m_shop" ADD TABLE ONLY "public"."orders";',
    ],
    [
      'publication-narrowed',
      'a row filter, after the copy',
      { source: { publication: { ...publication, tables: filtered } }, built: true },
      'blocking',
      'n2m repair shop',
    ],
    [
      'publication-narrowed',
      'a row filter, before anything is copied',
      { source: { publication: { ...publication, tables: filtered } } },
      'info',
      'ALTER PUBLICATION "n2m_shop" DROP TABLE ONLY "public"."orders";\nALTER PUBLICATION "n2m_shop" ADD TABLE ONLY "public"."orders";',
    ],
    [
      'publication-narrowed',
      'partitions under their root',
      { source: { publication: { ...publication, comment: null, viaRoot: true } } },
      'blocking',
      'ALTER PUBLICATION "n2m_shop" SET (publish_via_partition_root = false);',
    ],
    [
      'publication-narrowed',
      'somebody else’s with partitions under their own names, for a table of partitions',
      { source: { ...parted, publication: { ...publication, comment: null } } },
      'blocking',
      'ALTER PUBLICATION "n2m_shop" SET (publish_via_partition_root = true);',
    ],
    [
      'publication-narrowed',
      'our own with partitions under their own names, for a table of partitions',
      { built: true, source: parted },
      'info',
      'ALTER PUBLICATION "n2m_shop" SET (publish_via_partition_root = true);',
    ],
    [
      'publication-extra-tables',
      'a table nobody asked for',
      {
        source: {
          publication: {
            ...publication,
            tables: [...publication.tables, { schema: 'public', name: 'log', columns: null, filtered: false }],
          },
        },
      },
      'info',
      'ALTER PUBLICATION "n2m_shop" DROP TABLE ONLY "public"."log";',
    ],
    [
      'publication-all-tables',
      'a publication for all tables',
      { source: { publication: { ...notOurs, allTables: true } } },
      'warning',
      'publish the tables by name',
    ],
  ],
});
