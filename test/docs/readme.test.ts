import { EXIT } from '../../src/cli/exit';
import * as names from '../../src/core/names';
import { writeMark } from '../../src/core/plan/ownership';
import { THRESHOLDS } from '../../src/core/spec/file-schema';
import { parsePipeline } from '../../src/core/spec/parse';
import { WATCH_RULE_IDS } from '../../src/core/watch/rules';
import { Watch, table } from '../core/watch/reading';
import { slackBody, webhookBody } from '../../src/core/watch/render-alert';
import { PAGES, blocksOf, read } from './pages';

const README = read('README.md');

/** The cells of the rows of a section's table. */
function rowsOf(heading: string): string[][] {
  const section = README.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

test('the exit codes are those of the program', () => {
  const codes = rowsOf('Commands').flatMap(([code = '']) => (/^\d+$/.test(code) ? [Number(code)] : []));
  expect(codes).toEqual(Object.values(EXIT));
});

test('what is watched has a row for every rule', () => {
  const named = rowsOf('What is watched').flatMap(([rule = '']) =>
    [...rule.matchAll(/`([^`]+)`/g)].map(([, id]) => id),
  );
  expect([...named].sort()).toEqual([...WATCH_RULE_IDS].sort());
});

test.each<[string, keyof typeof THRESHOLDS]>([
  ['retained-wal', 'retainedWal'],
  ['… where the server', 'retainedWalBytes'],
  ['slot-idle', 'slotIdle'],
  ['unconfirmed', 'unconfirmed'],
  ['not-running', 'notRunning'],
  ['freshness', 'freshness'],
  ['cluster-utilization', 'utilization'],
])('the limits of %s are those of the code', (start, key) => {
  const row = rowsOf('What is watched').find(([rule = '']) => rule.replaceAll('`', '').startsWith(start));
  const first = (cell = '') => cell.split(' ')[0];
  expect(row?.slice(1).map(first)).toEqual(THRESHOLDS[key]);
});

test('the names of what is created are those of the code', () => {
  const objects = rowsOf('What it creates, and how to undo it')
    .map((row) => row.join(' '))
    .join('\n');
  const { secret, connection, source } = names.materializeNames('shop');
  for (const name of [
    names.publicationName('shop'),
    secret,
    connection,
    source,
    names.progressName(source),
    names.runId('shop'),
    names.watchId('shop'),
  ]) {
    expect(objects).toContain(`\`${name}\``);
  }
  expect(README).toContain(writeMark('shop'));
});

describe('the alert', () => {
  const watch = new Watch();
  watch.checks(0, 2);
  const truncated = table('orders', { status: 'stalled', error: 'table was truncated' });
  watch.check(3, { target: { tables: [truncated, table('customers')] } });
  const [alert] = watch.delivered.map((delivered) => delivered.alert);
  if (!alert) throw new Error('a truncated table raised no alert');

  test.each(['README.md', 'docs/alerts.md'])('in %s is as it arrives in Slack', (page) => {
    const { text } = JSON.parse(slackBody(alert)) as { text: string };
    expect(blocksOf(page).map((block) => block.text.trim())).toContain(text);
  });

  test('in docs/alerts.md is as a webhook gets it', () => {
    const sample = blocksOf('docs/alerts.md').find(({ language }) => language === 'json');
    expect(JSON.parse(sample?.text ?? '')).toEqual(JSON.parse(webhookBody(alert)));
  });
});

test.each(PAGES.flatMap(blocksOf).filter(({ language, text }) => language === 'yaml' && /^name:/m.test(text)))(
  'the pipeline file in $page is fine',
  ({ text }) => {
    expect(parsePipeline(text)).toMatchObject({ ok: true });
  },
);

/** Parts of a file: put into one that is whole. */
test.each(PAGES.flatMap(blocksOf).filter(({ language, text }) => language === 'yaml' && !/^(name:|#)/m.test(text)))(
  'the part of a file in $page is fine',
  ({ text }) => {
    const selects = text.startsWith('source:\n') ? text.replace('source:\n', '') : null;
    const ofRole = /^role:/m.test(text) ? text.replace(/^/gm, '  ').trimEnd() : null;
    const whole = `name: shop
source:
  kind: neon
  project: p
  apiKey: env:N2M_SECRET_NEON_API_KEY
  database: shop
${selects ?? '  tables: [public.orders]'}
${ofRole ?? ''}
materialize: { url: env:N2M_SECRET_MATERIALIZE_URL, cluster: { snapshotSize: 200cc, steadySize: 50cc } }
${selects === null && ofRole === null ? text : ''}`;
    expect(parsePipeline(whole)).toMatchObject({ ok: true });
  },
);
