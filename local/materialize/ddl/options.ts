import { planError } from '../contract';
import type { Option, OptionValue } from '../sql/ast';

/** Options by name; one given twice is refused. */
export function optionMap(options: Option[]): Map<string, OptionValue | undefined> {
  const map = new Map<string, OptionValue | undefined>();
  for (const { name, value } of options) {
    if (map.has(name)) throw planError(`${name} specified more than once`);
    map.set(name, value);
  }
  return map;
}

/** A text option: a string or a bare word. */
export function textOption(name: string, value: OptionValue | undefined): string {
  if (value?.type === 'string' || value?.type === 'word') return value.text;
  throw planError(`invalid ${name}: ${value === undefined ? 'requires a value' : 'cannot use value as string'}`);
}

export function numberOption(name: string, value: OptionValue | undefined): number {
  const text = value?.type === 'number' || value?.type === 'string' ? value.text : '';
  if (/^\d+$/.test(text)) return Number(text);
  throw planError(`invalid ${name}: ${value === undefined ? 'requires a value' : 'cannot use value as number'}`);
}

export function booleanOption(name: string, value: OptionValue | undefined): boolean {
  if (value === undefined) return true;
  if (value.type === 'boolean') return value.value;
  const text = value.type === 'string' || value.type === 'word' ? value.text.toLowerCase() : '';
  if (['true', 'on', 't'].includes(text)) return true;
  if (['false', 'off', 'f'].includes(text)) return false;
  throw planError(`invalid ${name}: cannot use value as boolean`);
}

export function namesOption(value: OptionValue | undefined): string[][] {
  return value?.type === 'names' ? value.names : [];
}
