import fc from 'fast-check';
import { colours, safeLine, plain } from '../../src/cli/terminal/paint';
import { isUnseen, nasty } from '../core/text/unseen';
import { aMallory, HIDING_PLACES, type Mallory } from './database/readings';
import { failureOf, PAINTS, screensOf, type Screens } from './database/screens';
import { attack } from './tries';

/** What our own texts hold on purpose: colours, line breaks between lines, and the room in Temporal's tables. */
const withoutOurs = (text: string): string =>
  text
    .replace(/\u001b\[(?:1|2|22|31|32|33|36|39)m/g, '')
    .replaceAll('\u00a0\u00a0\u2060', '')
    .replaceAll('\n', '');

/** Nothing in a code span is markup, and a backtick alone ends it. */
const outsideCode = (text: string): string => text.replace(/(?<!\\)`[^`\n]*`/g, '');

const unseenIn = (text: string): string[] => Array.from(withoutOurs(text)).filter(isUnseen);

/** Every line anybody is shown, with where. */
function lines({ terminal, log, slack, temporal }: Screens): [where: string, line: string][] {
  const from = (where: string, all: string[]) => all.map((line): [string, string] => [where, line]);
  return [
    ...Object.entries(terminal).flatMap(([command, all]) => from(command, all)),
    ...from('log', log),
    ...from('Slack', slack.split('\n')),
    ...Object.entries(temporal).flatMap(([what, text]) => from(what, text.split('\n'))),
  ];
}

const OF_A_PLAIN_NAME = lines(screensOf('orders')).map(([where]) => where);

/** Shown everywhere, in as many lines as a plain name, and nothing that is not seen. */
function shownAsOne(name: string): void {
  for (const paint of PAINTS) {
    const found = lines(screensOf(name, paint));
    expect(found.map(([where]) => where)).toEqual(OF_A_PLAIN_NAME);
    expect(found.filter(([, line]) => unseenIn(line).length > 0)).toEqual([]);
    expect(found.filter(([, line]) => line.includes('\n') || line.includes('\r'))).toEqual([]);
  }
}

const mallories: Mallory[] = [];
beforeAll(async () => {
  for (const version of [14, 18] as const) mallories.push(await aMallory(version));
}, 120_000);
afterAll(() => Promise.all(mallories.map((one) => one.stop())));

attack('the owner of a replicated table', {
  'a line break and a line of its own in the name': async () => {
    const lie = '✓ shop: done';
    for (const end of ['\n', '\r', '\r\n', '\u2028', '\u2029', '\u0085', '\v', '\f']) {
      const name = `orders${end}${lie}`;
      shownAsOne(name);
      expect(lines(screensOf(name)).filter(([, line]) => line.startsWith(lie))).toEqual([]);
      expect((await failureOf(name)).split('\n')).toHaveLength(2);
    }
  },

  'marks that turn the direction of the rest of the line': async () => {
    for (const mark of ['\u202e', '\u202d', '\u2066', '\u2067', '\u200f', '\u061c']) {
      shownAsOne(`orders${mark}enod :pohs`);
      expect(unseenIn(await failureOf(`orders${mark}`))).toEqual([]);
    }
  },

  'terminal sequences in the name': async () => {
    for (const sequence of [
      '\u001b[2J',
      '\u001b[1A\r',
      '\u001b]0;title\u0007',
      '\u009b2J',
      '\u001b]8;;https://evil.example\u001b\\x',
    ])
      shownAsOne(`${sequence}orders`);
    expect(unseenIn(await failureOf('\u001b[2J'))).toEqual([]);
  },

  'our own colours in the name': () => {
    const green = colours.green('✓ shop: done');
    for (const [where, line] of lines(screensOf(green, colours)))
      if (where !== 'what has no renderer') expect(`${where}: ${line}`).not.toContain(green);
    expect(safeLine(green, plain)).toBe('\\u{1b}[32m✓ shop: done\\u{1b}[39m');
  },

  'a name that looks like another one': () => {
    for (const hidden of ['\u200b', '\u00ad', '\u2060', '\ufeff', '\u{e0041}', '\u3164']) {
      shownAsOne(`or${hidden}ders`);
      for (const [where, line] of lines(screensOf(`or${hidden}ders`)))
        expect(`${where}: ${line}`).not.toMatch(/or\P{ASCII}ders/u);
    }
  },

  'a name that calls everybody in a channel': () => {
    for (const name of ['<!channel>', '<!here>', '<@U123>', '@channel', 'x @everyone', '@all', '<@&1>']) {
      const { slack } = screensOf(name);
      expect(slack).not.toMatch(/<[!@]|(?<!\w)@(?:channel|everyone|all|here)/);
    }
  },

  'a link in the name': () => {
    for (const name of ['<https://evil.example|shop>', '[shop](https://evil.example)', 'https://evil.example']) {
      const { slack, temporal } = screensOf(name);
      expect(slack).not.toMatch(/<http|\]\(|:\/\//);
      for (const text of [temporal['details of a run'], temporal['details of a check']])
        expect(outsideCode(text ?? '')).not.toMatch(/(?<!\\)\]\(|:\/\/|(?<!\\)</);
    }
  },

  'a bare host in the name': () => {
    const hosts = [
      'evil.com',
      'public.events',
      'a-b.evil.example/path',
      'x@evil.com',
      'evil。com',
      'täst.de',
      'e.vil.com.',
    ];
    for (const name of [...hosts, 'www.evil.example']) {
      const { slack, temporal } = screensOf(name);
      shownAsOne(name);
      expect(slack).toContain(name.replace(/^.*@/, '').replace(/\/.*|\.$/g, ''));
      expect(outsideCode(slack)).not.toMatch(/[\p{L}\p{N}][.。]\p{L}/u);
      // Markdown links what begins with www, and addresses of mail.
      for (const text of [temporal['details of a run'], temporal['details of a check']])
        expect(outsideCode(text ?? '')).not.toMatch(/www\.|\w@\w/);
    }
  },

  'markup in the name': () => {
    const name = '`x` **bold** | cell | <img src=x onerror=y> # head ![i](u) &lt; _e_ ~~s~~';
    shownAsOne(name);
    const { slack, temporal } = screensOf(name);
    expect(slack.match(/`/g)).toHaveLength(2);
    const drawn = outsideCode(withoutOurs(temporal['details of a run'] ?? ''));
    expect(drawn).toContain(
      '\\`x\\` \\*\\*bold\\*\\* \\| cell \\| \\<img src=x onerror=y\\> \\# head !\\[i\\](u) \\&lt; \\_e\\_ \\~\\~s\\~\\~',
    );
    expect(drawn).not.toContain('**bold**');
    expect(outsideCode(temporal['details of a check'] ?? '')).not.toMatch(/(?<!\\)<img/);
  },

  'any text at all': async () => {
    await fc.assert(
      fc.asyncProperty(nasty(), async (name) => {
        // A name of nothing but spaces is still one word on its line.
        shownAsOne(`t${name}`);
        expect(unseenIn(await failureOf(name))).toEqual([]);
      }),
      { numRuns: 60 },
    );
    fc.assert(
      fc.property(nasty(), (text) => {
        for (const paint of PAINTS) expect(unseenIn(safeLine(text, paint))).toEqual([]);
        expect(safeLine(text, colours).split(/[\n\r]/)).toHaveLength(1);
      }),
    );
  },

  'code in indexes, statistics, policies, partitions and types, which reading rows would run': async () => {
    for (const mallory of mallories)
      for (const [where, { table, code }] of Object.entries(HIDING_PLACES)) {
        await mallory.run(...table(where), ...code(where));
        expect({ where, ...(await mallory.read(where)) }).toMatchObject({ where, ran: [] });
        expect({ where, ran: (await mallory.unguarded(where))[0] }).toEqual({ where, ran: 'owner' });
      }
  },

  'such code, or a view in place of the table, between a look at the table and the reading': async () => {
    for (const mallory of mallories)
      for (const [where, { table, code }] of Object.entries(HIDING_PLACES)) {
        const name = `${where} later`;
        await mallory.run(...table(name));
        const { ran, failed } = await mallory.read(name, code(name).join(';'));
        expect({ where, ran, failed: failed.length > 0 }).toEqual({ where, ran: [], failed: where !== 'cast' });
      }
  },

  'keys and values of rows, where a comparison names them': () => {
    for (const value of [
      '<img src=x onerror=y>',
      '**bold**',
      '[shop](https://evil.example)',
      'www.evil.example',
      'x@evil.com',
    ]) {
      const details = screensOf(value).temporal['details of a comparison'] ?? '';
      expect(outsideCode(details.replace('**differs**', ''))).not.toMatch(/(?<!\\)[<*[]|www\.|\w@\w|:\/\//);
    }
  },
});
