import * as names from '../../src/core/names';

describe('names', () => {
  it('derives every name from the pipeline', () => {
    expect(names.runId('shop')).toBe('pipeline/shop');
    expect(names.planId('shop', '1')).toBe('pipeline/shop/plan-1');
    expect(names.checkId('shop')).toBe('pipeline/shop/check');
    expect(names.watchId('shop')).toBe('pipeline/shop/watch');
    for (const id of ['pipeline/shop', 'pipeline/shop/check-1', 'pipeline/shop/plan-1'])
      expect(names.pipelineOfWorkflowId(id)).toBe('shop');
    for (const id of ['doctor-1', 'pipeline/Not a name', 'pipeline/', ''])
      expect(names.pipelineOfWorkflowId(id)).toBeNull();
    expect(names.publicationName('shop')).toBe('n2m_shop');
    expect(names.materializeNames('shop')).toEqual({
      secret: 'shop_password',
      connection: 'shop_postgres',
      source: 'shop_source',
    });
    expect(names.progressName('shop_source')).toBe('shop_source_progress');
  });

  it('turns dashes into underscores where people would have to quote', () => {
    expect(names.publicationName('web-shop')).toBe('n2m_web_shop');
    expect(names.materializeNames('web-shop').source).toBe('web_shop_source');
    expect(names.runId('web-shop')).toBe('pipeline/web-shop');
  });

  it.each([
    ['pipeline/shop/watch', 'shop'],
    ['pipeline/web-shop/watch', 'web-shop'],
    ['pipeline/shop', null],
    ['pipeline/shop/x/watch', null],
    ['other/shop/watch', null],
    ['pipeline//watch', null],
  ])('reads the pipeline out of schedule id %s', (id, expected) => {
    expect(names.pipelineOfWatchId(id)).toBe(expected);
  });

  it('keeps upstream names of the longest pipeline below the limit of Postgres', () => {
    const longest = 'a'.repeat(names.PIPELINE_NAME_LENGTH);
    expect(names.isPipelineName(longest)).toBe(true);
    expect(names.isPipelineName(`${longest}a`)).toBe(false);
    expect(names.publicationName(longest).length).toBeLessThanOrEqual(names.POSTGRES_NAME_BYTES);
  });

  it.each(['', '1shop', '-shop', 'shop-', 'Shop', 'shop.eu', 'shop/eu', 'shöp'])('refuses %p', (name) => {
    expect(names.isPipelineName(name)).toBe(false);
  });
});
