import type { DdlContext } from '../environment';

/** Has every source whose connection is, or uses, this item connect anew. */
export async function reconnectUsers(context: DdlContext, itemId: string): Promise<void> {
  const { catalog, environment } = context;
  for (const sourceId of await catalog.sourcesUsing(itemId)) {
    const { connectionId } = await catalog.storedSource(sourceId);
    environment.ingestion.reconnect(sourceId, await catalog.upstreamConnection(connectionId));
  }
}
