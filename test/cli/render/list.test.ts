import { renderList, type ListedPipeline } from '../../../src/cli/render/list';
import { draw, START } from './drawn';

describe('list', () => {
  const listed = (pipeline: string, rest: Partial<ListedPipeline> = {}): ListedPipeline => ({
    pipeline,
    verdict: 'healthy',
    cause: null,
    checkedAt: START,
    late: false,
    paused: false,
    note: null,
    every: 60_000,
    run: null,
    ...rest,
  });

  it('marks late checks and fits the terminal', () => {
    const lines = renderList(
      [
        listed('shop', { late: true, verdict: 'unknown', cause: 'checks are late: none for two minutes and more' }),
        listed('web'),
      ],
      draw(60),
    );
    expect(lines[1]).toMatch(/^shop +unknown +2m 05s ago \(late\) {2}checks are late/);
    for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(60);
  });
});
