import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Deps } from '../../src/activities/support/deps';
import { removePublication, removeRecord, unpublish } from '../../src/activities/publication';
import { removeRole } from '../../src/activities/role/remove';
import { revokeGrants } from '../../src/activities/grants';
import { restoreIdentity } from '../../src/activities/replica-identity';
import { ensureRole } from '../../src/activities/role/ensure';
import { createSourceDirectory } from '../../src/activities/support/source-directory';
import { ensureGrants } from '../../src/activities/grants';
import { ensurePublication } from '../../src/activities/publication';
import { ensureReplicaIdentity } from '../../src/activities/replica-identity';
import type { StepInput } from '../../src/activities/types';
import { addedBy } from '../../src/core/destroy/added';
import type { DestroyInput } from '../../src/core/destroy/types';
import { makePlan } from '../../src/core/plan/plan';
import type { Plan, PlannedTable, StepResult } from '../../src/core/plan/types';
import type { PipelineSpec } from '../../src/core/spec/types';
import { SystemError } from '../../src/systems/errors';
import { connectSource, readOwnPublications, readSourceFacts } from '../../src/systems/postgres';
import { createSecrets } from '../../src/systems/secrets';
import { withClient } from '../../src/systems/sql-client';
import { emptyTarget, notWatched } from '../core/plan/fixtures';
import { specOf } from '../core/spec/support';
import type { Database } from './database';

/** What a step upstream did: `done`, or why it refused. */
export interface Stepped {
  step: string;
  refused: string | null;
}

const TLS = { mode: 'disable', ca: null } as const;
/** What a step refuses is this test's business. */
const SILENT = new DefaultLogger('ERROR');
const OPTIONS = { connectTimeoutMs: 20_000, deadlineMs: 20_000 };

/** Nobody else's watch is in this Temporal. */
const NOBODY_WATCHES = { list: () => (async function* () {})() } as unknown as Deps['schedules'];

/** The part of a pipeline's life that touches upstream, by the activities themselves; `after` is told of each step. */
export class Life {
  private readonly deps: Deps;
  private readonly spec: PipelineSpec;
  private readonly tables: PlannedTable[];

  constructor(
    private readonly database: Database,
    names: string[],
  ) {
    const secrets = createSecrets({
      env: { N2M_SECRET_POSTGRES_URL: database.url, N2M_SECRET_MATERIALIZE_URL: database.materializeUrl },
      allow: [],
      directory: null,
    });
    this.deps = {
      secrets,
      sources: createSourceDirectory(secrets),
      schedules: NOBODY_WATCHES,
    } as Partial<Deps> as Deps;
    const file = specOf(`name: shop
source:
  kind: postgres
  url: env:N2M_SECRET_POSTGRES_URL
  database: shop
  role: { name: materialize, via: sql }
  tables: [public.orders]
  tls: { mode: disable }
materialize:
  url: env:N2M_SECRET_MATERIALIZE_URL
  cluster: { snapshotSize: 200cc, steadySize: 50cc }
`);
    const refs = names.map((name) => ({ schema: 'public', name, alias: null }));
    this.spec = { ...file, source: { ...file.source, tables: { kind: 'list', tables: refs } } };
    this.tables = refs.map((ref) => ({ ...ref, target: ref.name, fresh: true, estimatedRows: null, bytes: '0' }));
  }

  /** In the order of a run; ends at the first step that refuses, as a run does. */
  async setup(after: (step: Stepped) => Promise<void>): Promise<Stepped[]> {
    const input: StepInput = {
      spec: this.spec,
      tables: this.tables,
      removed: [],
      syntax: 'subsources',
      planned: 'create',
    };
    return this.walk(after, true, {
      role: () => ensureRole(this.deps, input),
      'replica-identity': () => ensureReplicaIdentity(this.deps, input),
      grants: () => ensureGrants(this.deps, input),
      publication: () => ensurePublication(this.deps, input),
    });
  }

  /** What a plan says before any of it. */
  plan(): Promise<Plan> {
    const { spec } = this;
    return withClient(connectSource({ url: this.database.url, tls: TLS }, OPTIONS), async (client) => {
      const reachable = { host: '127.0.0.1', port: 5432 };
      const facts = await readSourceFacts(client, { pipeline: spec.name, source: spec.source, reachable, neon: null });
      return makePlan(spec, facts, emptyTarget(), notWatched);
    });
  }

  async destroy(after: (step: Stepped) => Promise<void>): Promise<Stepped[]> {
    const added = await withClient(connectSource({ url: this.database.url, tls: TLS }, OPTIONS), async (client) =>
      addedBy(await readOwnPublications(client, this.spec.name)),
    );
    const input = { spec: this.spec, plan: { known: { slot: null, added } } } as unknown as DestroyInput;
    return this.walk(after, false, {
      unpublish: () => unpublish(this.deps, input),
      'restore-identity': () => restoreIdentity(this.deps, input),
      'remove-grants': () => revokeGrants(this.deps, input),
      'remove-role': () => removeRole(this.deps, input),
      'remove-publication': () => removePublication(this.deps, input),
      'remove-record': () => removeRecord(this.deps, input),
    });
  }

  private async walk(
    after: (step: Stepped) => Promise<void>,
    stops: boolean,
    steps: Record<string, () => Promise<StepResult>>,
  ): Promise<Stepped[]> {
    const all: Stepped[] = [];
    for (const [step, run] of Object.entries(steps)) {
      const refused = await new MockActivityEnvironment(undefined, { logger: SILENT }).run(run).then(
        () => null,
        (error: unknown) => {
          if (error instanceof SystemError) return error.info.message;
          throw error;
        },
      );
      all.push({ step, refused });
      await after({ step, refused });
      if (refused !== null && stops) break;
    }
    return all;
  }
}
