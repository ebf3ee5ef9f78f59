/** The parts of a stack in the order in which they were started; they are stopped the other way round. */
export class Parts {
  private readonly running: { name: string; stop: () => Promise<unknown> }[] = [];
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly log: (line: string) => void = () => undefined,
    private readonly signal?: AbortSignal,
  ) {}

  /** Starts one part; a failure says which part it was. */
  async start<T>(name: string, start: () => Promise<T>, stop: (part: T) => Promise<unknown>): Promise<T> {
    const part = await this.use(name, start);
    this.running.push({ name, stop: () => stop(part) });
    return part;
  }

  /** The same for something that needs no stopping. */
  async use<T>(name: string, use: () => Promise<T>): Promise<T> {
    this.signal?.throwIfAborted();
    try {
      return await use();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${name} could not be started: ${reason}`, { cause: error });
    }
  }

  /** Stops everything, also when one part fails to stop; safe to call again. */
  stop(): Promise<void> {
    return (this.stopped ??= this.stopAll());
  }

  private async stopAll(): Promise<void> {
    const failures: Error[] = [];
    for (const { name, stop } of this.running.splice(0).reverse()) {
      this.log(`stopping ${name}`);
      await stop().catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        failures.push(new Error(`${name} did not stop: ${reason}`, { cause: error }));
      });
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(({ message }) => message).join('\n'));
  }
}
