import type { MaterializeServer } from '../../../local/materialize/standin';
import { catalogs, restorable } from './compare';
import { ended } from './live';
import { World, type PipelineFile } from './world';

/** Who made the role and the publication: n2m through Neon's API, n2m by SQL, or somebody else the publication. */
export type Kind = 'api' | 'sql' | 'adopted';

/** Where Materialize says it comes from; from nowhere, and no address is let in or taken back. */
export const EGRESS = '203.0.113.0/24';
const OFFICE = '198.51.100.7';
const THEIRS = ['public.customers', 'public.orders'];

/** A pipeline that was applied and whose worker is gone; both catalogs as they were before, which is how destroy leaves them. */
export async function applied(
  kind: Kind,
  materialize: MaterializeServer | undefined,
  edit: (file: PipelineFile) => void = () => undefined,
): Promise<{ world: World; before: unknown; egress: string[] }> {
  const made = await World.start({ sharedMaterialize: materialize, neon: { sampleOrders: 200 } });
  made.neon.changeSettings({ allowed_ips: { ips: [OFFICE], protected_branches_only: false } });
  if (kind === 'adopted') {
    await made.upstream((client) =>
      client.query(
        `CREATE PUBLICATION theirs FOR TABLE ${THEIRS.join(', ')}; ALTER PUBLICATION theirs OWNER TO ${made.neon.owner}`,
      ),
    );
  }
  const cidrs = 'SELECT cidr FROM mz_catalog.mz_egress_ips ORDER BY cidr';
  const { rows } = await made.target((client) => client.query<{ cidr: string }>(cidrs));
  const egress = rows.map(({ cidr }) => cidr);
  const before = restorable(await catalogs(made));
  await made.startWorker();
  const apply = async (tables: string[] | undefined) => {
    const file = await made.write((file) => {
      const { source } = file;
      if (kind === 'sql') source.role = { name: `mz_${made.name}`, via: 'sql' };
      if (kind === 'adopted') source.publication = 'theirs';
      source.tables = tables ?? source.tables;
      edit(file);
    });
    await ended(made, ['apply', file, '--yes']);
  };
  await apply(kind === 'adopted' ? THEIRS : undefined);
  // Theirs is not ours to change before the pipeline stands.
  if (kind === 'adopted') await apply([...THEIRS, 'public."Order Items"']);
  expect(made.neon.settings().allowed_ips?.ips).toEqual([OFFICE, ...egress]);
  await made.stopWorker();
  return { world: made, before, egress };
}
