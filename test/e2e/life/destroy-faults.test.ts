import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startMaterialize, type MaterializeServer } from '../../../local/materialize/standin';
import type { DestroyReport } from '../../../src/core/destroy/types';
import { catalogs, restorable } from '../support/compare';
import { applied, EGRESS, type Kind } from '../support/destroyable';
import { type Asks, inLanes, itRuns, KILLS, runs, untried } from '../support/lanes';
import { ended } from '../support/live';
import { MATERIALIZE_VERSION, SQL_ROLE } from '../support/versions';
import { REAL_MATERIALIZE, type Mode } from '../support/world';
import { Writer } from '../support/writer';

/** The Neon setting that lets addresses in. */
const ALLOWED = '^PATCH .*projects';

/** Each thing that destroy changes, in its order. */
const CHANGES: Record<Kind, string[]> = {
  api: [
    '^schedule delete',
    '^COMMENT ON PUBLICATION .*slot',
    '^DROP SOURCE',
    '^DROP CONNECTION',
    '^DROP SECRET',
    '^DROP CLUSTER',
    '^DROP SCHEMA',
    '^ALTER PUBLICATION .* DROP TABLE',
    'REPLICA IDENTITY DEFAULT',
    '^DELETE .*/roles/',
    ALLOWED,
    '^DROP PUBLICATION',
  ],
  sql: ['^DROP SOURCE', '^REVOKE SELECT', '^ALTER DEFAULT PRIVILEGES .* REVOKE', '^DROP ROLE'],
  // The publication is somebody else's: another one, empty, holds the record.
  adopted: [
    '^COMMENT ON PUBLICATION .*record.*slot',
    '^DROP SOURCE',
    '^ALTER PUBLICATION "theirs" DROP TABLE',
    'REPLICA IDENTITY DEFAULT',
    '^DELETE .*/roles/',
    ALLOWED,
    '^DROP PUBLICATION .*record',
  ],
};

let materialize: MaterializeServer | undefined;
let results: Map<string, Promise<void>>;
/** What destroy changed in all cases, as its workers wrote it down. */
const journals: string[] = [];

interface Case {
  mode: Mode;
  kind: Kind;
  inEveryTest: boolean;
}
const CASES: Case[] = [
  ...KILLS.map((mode): Case => ({ mode, kind: 'api', inEveryTest: true })),
  { mode: 'kill-after', kind: 'adopted', inEveryTest: false },
  { mode: 'lose-answer', kind: 'api', inEveryTest: false },
  { mode: 'kill-after', kind: 'sql', inEveryTest: true },
];
const asks = ({ kind, inEveryTest }: Case): Asks => ({ since: kind === 'sql' ? SQL_ROLE : null, inEveryTest });
const RUN = CASES.filter((one) => runs(asks(one)));
const caseOf = ({ mode, kind }: Case): string => `${mode} ${kind}`;

describe('destroy, with a worker that dies or loses an answer at each change', () => {
  beforeAll(async () => {
    if (!REAL_MATERIALIZE)
      materialize = await startMaterialize({ speed: 20, version: MATERIALIZE_VERSION, egressIps: [EGRESS] });
    results = inLanes(RUN, caseOf, one);
  }, 60_000);
  afterAll(async () => {
    await Promise.allSettled(results.values());
    await materialize?.stop();
  });

  for (const one of CASES) {
    const title = `${one.mode}, ${one.kind}: both catalogs are as before the first apply`;
    const test = async () => {
      expect(results.has(caseOf(one))).toBe(true);
      await results.get(caseOf(one));
    };
    itRuns(asks(one), title, test, 1_200_000);
  }

  it('was tried at every change that destroy makes', () => {
    expect(journals).toHaveLength(RUN.length);
    expect(untried(journals, Object.values(CHANGES).flat())).toEqual([]);
  });
});

async function one({ mode, kind }: Case): Promise<void> {
  const { world: made, before, egress } = await applied(kind, materialize);
  let writer: Writer | null = null;
  try {
    const changes = CHANGES[kind].filter((pattern) => pattern !== ALLOWED || egress.length > 0);
    const strikes = changes.map((pattern) => ({ pattern, mode }));
    const journal = join(made.dir, 'journal');
    await made.keepWorker({ strikes, markers: made.dir, journal });
    writer = await Writer.start(made.upstreamUrl());
    const report = JSON.parse(await ended(made, ['destroy', made.name, '--yes', '--output', 'json'])) as DestroyReport;
    expect(await writer.stop()).toEqual([]);
    expect(report.objects.filter(({ fate }) => fate === 'left-behind')).toEqual([]);
    const struck = (await readdir(made.dir)).filter((name) => name.startsWith('struck-'));
    expect(struck).toHaveLength(strikes.length);
    expect(restorable(await catalogs(made))).toEqual(before);
    journals.push(await readFile(journal, 'utf8'));
  } finally {
    await writer?.stop();
    await made.stop();
  }
}
