/** What stands at a path of a document; undefined where there is nothing. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[key] : undefined,
    value,
  );
}

/** The entry of a list with this name. */
export const named = (list: unknown, name: string): unknown =>
  (list as unknown[]).find((entry) => at(entry, 'name') === name);
