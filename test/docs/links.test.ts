import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { PAGES, ROOT, proseOf } from './pages';

interface Link {
  page: string;
  target: string;
}

const LINKS: Link[] = PAGES.flatMap((page) =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ page, target })),
);

/** As GitHub makes the address of a heading. */
function anchorsOf(page: string): Set<string> {
  const headings = [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text);
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    ),
  );
}

test.each(LINKS.filter(({ target }) => !/^https?:/.test(target)))('$page leads to $target', ({ page, target }) => {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), path));
  expect(relative(ROOT, join(ROOT, file))).not.toMatch(/^\.\./);
  expect(existsSync(join(ROOT, file))).toBe(true);
  if (anchor === undefined) return;
  expect(statSync(join(ROOT, file)).isFile()).toBe(true);
  expect([...anchorsOf(file)]).toContain(anchor);
});

test('every page can be found from the README', () => {
  const seen = new Set<string>();
  const open = ['README.md'];
  for (let page = open.pop(); page !== undefined; page = open.pop()) {
    if (seen.has(page)) continue;
    seen.add(page);
    for (const link of LINKS.filter((candidate) => candidate.page === page)) {
      const file = normalize(join(dirname(page), link.target.split('#')[0] ?? ''));
      if (PAGES.includes(file)) open.push(file);
    }
  }
  expect(PAGES.filter((page) => !seen.has(page))).toEqual([]);
});
