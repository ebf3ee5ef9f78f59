import { plain } from '../../../src/cli/terminal/paint';
import { isAlarming, renderReport } from '../../../src/cli/render/report';
import { check } from '../support/checks';
import { step } from './drawn';

describe('the final report', () => {
  it('says what was done, how long it took and how far the slot is behind', () => {
    const report = {
      pipeline: 'shop',
      changed: true,
      steps: [step('source', 'done'), step('role', 'done', { outcome: 'kept' as const })],
      findings: [],
      slot: { slot: 'materialize_abc', retainedBytes: '2048', unconfirmedBytes: null },
      clusterSize: '50cc',
      snapshotSeconds: 65,
      seconds: 90,
      firstCheck: check('shop', 'healthy'),
    };
    const text = renderReport(report, plain).join('\n');
    expect(text).toContain('shop: 1 step done in 1m 30s');
    expect(text).toContain('materialize_abc: 2.0 KiB retained, unknown not confirmed');
    expect(text).toContain('healthy');
    expect(renderReport({ ...report, changed: false }, plain)[0]).toContain('nothing to change');
    expect(text).not.toContain('next:');
    const firstCheck = check('shop', 'broken');
    for (const severity of ['critical', 'terminal']) {
      Object.assign(firstCheck.verdict, { severity, next: 'n2m repair shop' });
      expect(renderReport({ ...report, firstCheck }, plain)).toContain('  next: n2m repair shop');
      expect(isAlarming(firstCheck.verdict)).toBe(true);
    }
  });
});
