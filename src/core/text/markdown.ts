/** Text in the Markdown of Temporal's pages. */

/** Markdown that came from elsewhere stays text, and what looks like a link leads nowhere. */
export const inMarkdown = (text: string): string =>
  text
    .replaceAll('://', '[:]//')
    // A bare host of that name, and what could be an address of mail, become links without any markup.
    .replace(/\b(www)\./gi, '$1[.]')
    .replace(/(?<=[\w+.-])@(?=[\w-]+\.)/g, '[@]')
    .replace(/[\\*~`<>#&[\]|]|(?<!\w)_|_(?!\w)/g, '\\$&');

/** Nothing ends a code span but a backtick. */
export const span = (text: string): string => `\`${text.replaceAll('`', "'")}\``;
