import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '../..');

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Every page for people, by its path in the project. */
export const PAGES: string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  'local/README.md',
  ...['materialize', 'neon', 'postgres', 'temporal'].map((part) => `local/${part}/README.md`),
];

export interface Block {
  page: string;
  language: string;
  text: string;
}

/** The fenced blocks of a page. */
export function blocksOf(page: string): Block[] {
  return [...read(page).matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    page,
    language,
    text,
  }));
}

/** A page without its fenced blocks. */
export const proseOf = (page: string): string => read(page).replace(/^```[^]*?^```$/gm, '');

/** Pieces of code in the prose. */
export const codeOf = (page: string): string[] =>
  [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
