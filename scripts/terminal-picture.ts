const LINE = 19;
const CHAR = 8.4;
const PADDING = 18;
/** Longer lines would make the rest too small to read. */
const WIDEST = 110;

/** What a terminal showed, as an SVG that reads well on light and dark pages. */
export function terminalPicture(command: string, output: string): string {
  const lines = [`$ ${command}`, ...output.trimEnd().split('\n').map(fit)];
  const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * CHAR + 2 * PADDING);
  const height = lines.length * LINE + 2 * PADDING;
  const text = lines
    .map(
      (line, index) =>
        `<text x="${PADDING}" y="${PADDING + 14 + index * LINE}" fill="${color(line)}">${escape(line)}</text>`,
    )
    .join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${command}">
<rect width="100%" height="100%" rx="8" fill="#11151c"/>
<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
${text}
</g>
</svg>
`;
}

const fit = (line: string): string => (line.length > WIDEST ? `${line.slice(0, WIDEST - 1)}…` : line);

function color(line: string): string {
  if (line.startsWith('$')) return '#ffffff';
  if (/^\s*✓/.test(line)) return '#7ee787';
  if (/^\s*✗/.test(line)) return '#ff7b72';
  if (/^\S.*:/.test(line)) return '#79c0ff';
  return '#c9d1d9';
}

/** Renderers fold plain spaces, whatever xml:space says. */
function escape(text: string): string {
  return text
    .replaceAll(' ', '\u00a0')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
