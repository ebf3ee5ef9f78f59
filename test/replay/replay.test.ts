import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { patchesOf, sentenceOf } from './sentence';
import { recorded, recordedConverter, recordedNames, type RecordedHistory } from './stored';

/**
 * Runs that are under way when a new worker is deployed replay their history with the new code. These histories were
 * recorded by `npm run record-histories` from released code; each must replay, or live runs of that kind would stand
 * still with a non-determinism error until the old code is back. Where a change is wanted: `patched`, and a new recording
 * beside the old ones, see docs/upgrading.md.
 */
Runtime.install({ logger: new DefaultLogger('ERROR') });
jest.setTimeout(120_000);

const LIB = join(__dirname, '../../lib');
/** Of workers without keys and with them, and of one that traces: a run goes on where keys or a collector came meanwhile. */
const BUNDLES = ['workflow-bundle.js', 'workflow-bundle-codec.js', 'workflow-bundle-codec-traced.js'];
/** Where spans would go. */
const sinks = { exporter: { export: { fn: () => undefined } } };
const NAMES = recordedNames();

/** What a folder of built workflows hands to `patched`. */
const patchesIn = (folder: string): string[] => [
  ...new Set(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/\bpatched\)?\(\s*['"]([^'"]+)['"]/g)])
      .map(([, id = '']) => id),
  ),
];
const ASKED = patchesIn(join(LIB, 'workflows'));

type Bundle = { codePath: string } | { code: string };

/** What whoever broke it has to know; null where the run would carry on. */
async function refusal(name: string, history: RecordedHistory, bundle: Bundle, asked = ASKED): Promise<string | null> {
  try {
    const dataConverter = recordedConverter();
    await Worker.runReplayHistory({ workflowBundle: bundle, dataConverter, sinks }, history);
    return null;
  } catch (error) {
    return sentenceOf({ name, message: (error as Error).message, history, asked });
  }
}

describe.each(BUNDLES)('a history of released code, replayed by %s', (file) => {
  it.each(NAMES)('%s: runs under way would carry on', async (name) => {
    expect(await refusal(name, recorded(name), { codePath: join(LIB, file) })).toBeNull();
  });
});

describe('what is recorded', () => {
  const types = NAMES.map((name) => {
    const [started] = recorded(name).events;
    return (started?.workflowExecutionStartedEventAttributes as { workflowType: { name: string } }).workflowType.name;
  });
  const kinds = (pattern: RegExp) => NAMES.filter((name) => pattern.test(name)).length;

  it('is every workflow that lasts, and every way that one can stand or end', () => {
    expect([...new Set(types)]).toEqual(
      expect.arrayContaining([
        'replicate',
        'repairReplication',
        'rotateReplication',
        'destroyReplication',
        'verifyReplication',
        'checkReplication',
        'planReplication',
      ]),
    );
    const ways = [
      /copies-a-table-again/,
      /brings-a-column/,
      /follows-a-column/,
      /moves-to/,
      /drops-tables/,
      /cancelled/,
      /fails-in-a-step/,
      /cancelled-in-the-copy/,
      /encrypted-/,
    ];
    const more = [/open-waiting/, /open-in-the-copy/, /open-in-a-step/, /rotate/, /destroy/, /verify/, /goes-on-\d/];
    expect([...ways, ...more, /the-source-again/].filter((way) => kinds(way) === 0)).toEqual([]);
  });

  it('has every id that this code hands to `patched` in some run, or no replay would take that way', () => {
    const taken = new Set(NAMES.flatMap((name) => patchesOf(recorded(name))));
    expect(ASKED.length).toBeGreaterThan(0);
    expect(ASKED.filter((id) => !taken.has(id))).toEqual([]);
  });
});

describe('a copy of the workflows', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(`${LIB}-changed-`);
    for (const part of ['core', 'workflows']) cpSync(join(LIB, part), join(folder, part), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Changes one file of it, bundles it, and replays; the text must be there. */
  async function changed(name: string, file: string, change: (text: string) => string): Promise<string | null> {
    const path = join(folder, 'workflows', file);
    const before = readFileSync(path, 'utf8');
    const after = change(before);
    expect(after).not.toBe(before);
    writeFileSync(path, after);
    const logger = new DefaultLogger('ERROR');
    const bundle = await bundleWorkflowCode({ workflowsPath: join(folder, 'workflows', 'index.js'), logger });
    return refusal(name, recorded(name), bundle, patchesIn(join(folder, 'workflows')));
  }

  it('that does its steps in another order is refused by a sentence that says what to do', async () => {
    const settle = 'const placed = await (0, converge_1.settle)(run);';
    const sentence = await changed('0.1.0/replicate-approved.json.gz', 'replicate.js', (text) =>
      text.replace(settle, '').replace('const made = ', `${settle}\n const made = `),
    );
    expect(sentence).toMatch(
      /^replicate, recorded as 0\.1\.0\/replicate-approved\.json\.gz, does not carry on with this code: where it did \w+, this code does \w+/,
    );
    expect(sentence).toContain("a change to replicate needs patched('what-it-does')");
    expect(sentence).toContain('docs/upgrading.md');
  });

  it('that forgot a patch is refused by a sentence that names it', async () => {
    const sentence = await changed('0.1.0/replicate-open-waiting.json.gz', 'told.js', (text) =>
      text.replace(/\(0, workflow_1\.patched\)\('tell-of-runs'\)/, 'true'),
    );
    expect(sentence).toContain("it began with patched('tell-of-runs'), which this code asks no more");
  });

  it('that is the same is not refused, so it is the change that is found', async () => {
    const same = await changed('0.1.0/replicate-approved.json.gz', 'replicate.js', (text) => `${text}\n// the same\n`);
    expect(same).toBeNull();
  });
});
