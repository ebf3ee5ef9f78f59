import type { CatalogRole, CatalogSession } from '../catalog';
import type { DdlContext, Environment } from '../environment';
import type { SessionSettings } from '../show/settings';
import type { Notice } from '../wire/messages';
import { Transaction } from './transaction';

/** What the front knows about one client: who it is, its settings, its transaction. */
export class SessionContext {
  readonly transaction = new Transaction();
  private abort = new AbortController();

  constructor(
    readonly environment: Environment,
    readonly role: CatalogRole,
    readonly settings: SessionSettings,
  ) {}

  get activeCluster(): string {
    return this.settings.show('cluster');
  }

  /** How names are resolved now. */
  get catalogSession(): CatalogSession {
    return {
      database: this.settings.show('database'),
      searchPath: splitPath(this.settings.show('search_path')),
      role: this.role.name,
    };
  }

  /** Cancels the statement that runs; the next one is not touched. */
  cancel(): void {
    this.abort.abort();
  }

  ddl(sql: string, notice: (notice: Notice) => void): DdlContext {
    if (this.abort.signal.aborted) this.abort = new AbortController();
    return {
      environment: this.environment,
      catalog: this.environment.catalog,
      session: this.catalogSession,
      role: this.role,
      activeCluster: this.activeCluster,
      sql,
      signal: this.abort.signal,
      notice,
    };
  }
}

/** `public, "My Schema"` as names. */
export function splitPath(text: string): string[] {
  const parts = text.match(/"(?:[^"]|"")*"|[^,\s][^,]*/g) ?? [];
  return parts.map((part) => {
    const trimmed = part.trim();
    return trimmed.startsWith('"') ? trimmed.slice(1, -1).replaceAll('""', '"') : trimmed;
  });
}
