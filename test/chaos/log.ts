/** What came to pass, with its time since the start; printed, so that a failure can be followed. */
export class Log {
  private readonly began = Date.now();

  say(who: string, what: string): void {
    const seconds = ((Date.now() - this.began) / 1_000).toFixed(1).padStart(7);
    process.stderr.write(`${seconds} s  ${who.padEnd(11)}  ${what}\n`);
  }
}
