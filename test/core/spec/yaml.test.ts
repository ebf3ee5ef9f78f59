import { NEON, neonWith, problemsOf, specOf } from './support';

describe('YAML', () => {
  it.each<[string, string, number, RegExp]>([
    ['an empty file', '', 1, /is empty/],
    ['only comments', '# nothing\n', 1, /is empty/],
    ['a list', '- a\n', 1, /is no pipeline/],
    ['a word', 'shop', 1, /is no pipeline/],
    ['a key twice', `${NEON}name: other\n`, 11, /the key name appears twice/],
    ['a tab', 'name: shop\nsource:\n\tkind: neon\n', 3, /tab/],
    ['two documents', `${NEON}---\n${NEON}`, 11, /second document/],
    ['an alias without anchor', neonWith('shiny-wind-028834', '*nowhere'), 4, /alias/],
    ['a tag', neonWith('shiny-wind-028834', '!secret x'), 4, /tags/],
    ['an open quote', 'name: "shop\n', 2, /missing/],
    ['too much', `${NEON}#${'x'.repeat(1_000_001)}`, 1, /larger than 1 MB/],
  ])('%s is refused', (_, text, line, message) => {
    const problems = problemsOf(text);
    expect(problems[0]).toMatchObject({ line, path: '' });
    expect(problems[0]?.message).toMatch(message);
  });

  it('refuses anchors that multiply', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let level = 1; level < 9; level += 1) {
      const before = String.fromCharCode(96 + level);
      const name = String.fromCharCode(97 + level);
      bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`);
    }
    expect(problemsOf(bomb.join('\n'))).toMatchObject([{ message: 'repeats its anchors too often' }]);
  });

  it('takes anchors that do not', () => {
    const text = neonWith(
      'cluster: { snapshotSize: 200cc, steadySize: 50cc }',
      'cluster: { snapshotSize: &size 50cc, steadySize: *size }',
    );
    expect(specOf(text).materialize.cluster).toMatchObject({ snapshotSize: '50cc', steadySize: '50cc' });
  });

  it('finds the line of a mistake behind an alias', () => {
    const text = `${NEON}watch:\n  freshness: &t { warn: 1x }\n  notRunning: *t\n`;
    expect(
      problemsOf(text)
        .map(({ path, line }) => `${line} ${path}`)
        .sort(),
    ).toEqual(['12 watch.freshness.warn', '12 watch.notRunning.warn']);
  });

  it('takes Windows line ends and a byte order mark', () => {
    expect(specOf(`\uFEFF${NEON.replaceAll('\n', '\r\n')}`).name).toBe('shop');
  });
});
