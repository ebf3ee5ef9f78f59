import { shown } from './shown';

/** What YAML reads as this text wherever it stands, also between commas: names in double quotes inside of it are its own. */
const PLAIN = /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_"$./ -]*[\p{L}\p{M}\p{N}_"$./-])?$/u;
const OTHER_THAN_TEXT = /^(true|false|null|\.nan)$/i;

/** A YAML scalar: as it is where YAML reads it as text, in quotes otherwise. */
export function yamlScalar(text: string): string {
  if (PLAIN.test(text) && Number.isNaN(Number(text)) && !OTHER_THAN_TEXT.test(text)) return text;
  return shown(text) === text ? `'${text.replaceAll("'", "''")}'` : doubleQuoted(text);
}

/** With an escape for each character that an editor would not show. */
function doubleQuoted(text: string): string {
  const inner = Array.from(JSON.stringify(text), (character) =>
    shown(character) === character ? character : `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`,
  );
  return inner.join('');
}
