import { plain } from '../../../src/cli/terminal/paint';
import { renderCodes, renderEntry } from '../../../src/cli/commands/explain';
import { explain, explainedCodes } from '../../../src/core/explain';
import { n2m } from '../support/cli';

const entries = explainedCodes().flatMap(explain);

describe('n2m explain', () => {
  it.each(['slot-lost', 'Blocked', 'healthy', 'wal-level'])(
    'tells what %s means, how to see it, what to do',
    (code) => {
      const [entry] = explain(code);
      if (entry === undefined) throw new Error(`no entry for ${code}`);
      const text = renderEntry(entry, plain, 80).join(' ').replace(/\s+/g, ' ');
      for (const part of [code, entry.meaning, entry.look, entry.fix]) expect(text).toContain(part);
    },
  );

  it.each([60, 80, 100])('lists every code in %d columns, each kind under its title', (width) => {
    const lines = renderCodes(entries, plain, width);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines.filter((line) => line.startsWith('  '))).toHaveLength(entries.length);
    expect(lines.filter((line) => /^[A-Z]/.test(line))).toHaveLength(4);
  });

  it('takes a code in any case and gives it as JSON', async () => {
    const result = await n2m(['explain', 'SLOT-LOST', '--output', 'json']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(result.stdout)).toEqual({ entries: explain('slot-lost') });
  });

  it('asks back about a code with a typing mistake and ends with 2', async () => {
    const result = await n2m(['explain', 'table-eror']);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('did you mean table-error?');
    expect(result.stderr).toContain('next: n2m explain table-error');
  });
});
