import type { Catalog } from './catalog';
import type { Ingestion } from './contract';

/** How changes of clusters in the background end; `hold`: they stay under way until told otherwise. */
export type Ending = 'finalized' | 'timed-out' | 'resource-exhausted' | 'hold';
export const ENDINGS: Ending[] = ['finalized', 'timed-out', 'resource-exhausted', 'hold'];

/** What it acts on; read at each use, because a restart replaces some of it. */
interface Scene {
  readonly catalog: Catalog;
  readonly ingestion: Ingestion;
  readonly definitions: { run<T>(work: () => Promise<T>): Promise<T> };
  log: (line: string) => void;
}

/** Carries changes of clusters to their end: the cut-over after a while, or what a test asks for. */
export class BackgroundResizes {
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private ending: Ending = 'finalized';

  constructor(
    private readonly scene: Scene,
    private readonly delay: number,
  ) {}

  /** From now on, and for what is under way. */
  async end(ending: Ending): Promise<void> {
    this.ending = ending;
    await this.resume();
  }

  /** Begins, or begins anew, to wait for the end of what is under way in this cluster. */
  follow(clusterId: string): void {
    clearTimeout(this.timers.get(clusterId));
    const timer = setTimeout(() => {
      this.settle(clusterId).catch((error: unknown) => this.scene.log(`resize of ${clusterId}: ${String(error)}`));
    }, this.delay);
    this.timers.set(clusterId, timer);
  }

  /** After a start: what was under way goes on. */
  async resume(): Promise<void> {
    for (const { clusterId } of await this.scene.catalog.inProgress()) this.follow(clusterId);
  }

  pause(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private async settle(clusterId: string): Promise<void> {
    const { ending } = this;
    if (ending === 'hold') return;
    const { catalog, ingestion, definitions } = this.scene;
    await definitions.run(async () => {
      await catalog.settleResize(clusterId, ending);
      const replica = await catalog.replicaFor(clusterId);
      for (const source of await catalog.sourcesIn(clusterId)) ingestion.moveTo(source, replica);
    });
  }
}
