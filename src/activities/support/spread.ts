/** Pipelines start at different moments of the period, always the same for one name. */
export function spread(name: string, every: number): number {
  let hash = 2166136261;
  for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619) >>> 0;
  const seconds = Math.max(1, Math.floor(every / 1000));
  return (hash % seconds) * 1000;
}
