import { runAlert } from '../../../src/core/run/run-alerts';
import { alertLine, slackBody, webhookBody } from '../../../src/core/watch/render-alert';

const AT = '2026-11-22T10:00:00.000Z';
const approvals = [
  { key: 'create-role', step: 'role' as const, reason: 'create role materialize' },
  { key: 'restart', step: 'role' as const, reason: 'restart' },
];
const failure = {
  ...{ type: 'NotFound' as const, system: 'neon' as const, message: 'no branch main', code: null, retryable: false },
  hint: 'correct source.branch',
};

it('a wait: what is asked for, why, and both answers', () => {
  const alert = runAlert('shop', 'replicate', { about: 'waiting', approvals, again: false }, AT);
  expect(alert).toMatchObject({ kind: 'raised', severity: 'warn', symptoms: [{ rule: 'run-waiting' }] });
  expect(alertLine(alert)).toBe(
    'shop apply waits for approval of create-role, restart: create role materialize (warn); next: n2m approve shop, or n2m reject shop',
  );
  const again = runAlert('shop', 'replicate', { about: 'waiting', approvals, again: true }, AT);
  expect(again.kind).toBe('repeated');
  expect(alertLine(again)).toContain('(warn, still)');
});

it('a failure: which command, why, and what to do', () => {
  const alert = runAlert('shop', 'repairReplication', { about: 'failed', failure }, AT);
  expect(alertLine(alert)).toBe('shop repair failed: no branch main (critical); next: correct source.branch');
  expect(JSON.parse(slackBody(alert))).toEqual({
    text: ':rotating_light: *shop* repair failed: no branch main (critical)\nnext: `correct source.branch`',
  });
  expect(JSON.parse(webhookBody(alert))).toMatchObject({ version: 1, pipeline: 'shop', verdict: 'changing', at: AT });
  const { next } = runAlert('shop', 'destroyReplication', { about: 'failed', failure: { ...failure, hint: null } }, AT);
  expect(next).toBe('n2m status shop');
});

it('columns that the watch brought: what came, and nothing to do', () => {
  const news = { about: 'followed' as const, columns: 'public.orders.note', rows: 12_345 };
  const alert = runAlert('shop', 'replicate', news, AT);
  expect(alert).toMatchObject({ kind: 'followed', severity: 'ok', symptoms: [], next: 'n2m status shop' });
  expect(alertLine(alert)).toBe('shop followed: public.orders.note, copied 12,345 rows');
  expect(JSON.parse(slackBody(alert))).toEqual({
    text: ':white_check_mark: *shop* followed: `public.orders.note`, copied 12,345 rows',
  });
  expect(runAlert('shop', 'replicate', { ...news, rows: null }, AT).cause).toBe('followed: public.orders.note');
});

it('columns that could not be brought: that nobody tries again, and what does', () => {
  const news = { about: 'failed' as const, failure: { ...failure, hint: null }, follows: true };
  const alert = runAlert('shop', 'replicate', news, AT);
  expect(alertLine(alert)).toBe(
    'shop following columns failed and is not tried again: no branch main (critical); next: n2m apply FILE',
  );
});
