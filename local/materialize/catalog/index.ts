import type { RemovedObject } from './types';

export type * from './types';
export { installCatalog, type Catalog } from './install';

/** `drop cascades to n other objects` with its lines; null when nothing else went. Code 00000. */
export const cascadeNotice = (removed: RemovedObject[]): { message: string; detail: string } | null => {
  const others = removed.filter((object) => !object.requested);
  if (others.length === 0) return null;
  return {
    message: `drop cascades to ${others.length} other objects`,
    detail: others
      .map((object) => `drop cascades to ${object.kind} "${object.display.replaceAll('"', '\\"')}"`)
      .join('\n'),
  };
};
