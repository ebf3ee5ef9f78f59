import { safeLine, type Paint } from './paint';

/** A block of lines at the end of the terminal, redrawn in place. Lines must fit the width: a wrapped one leaves traces. */
export class LiveRegion {
  private drawn: string[] = [];

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly paint: Paint,
  ) {}

  draw(content: string[]): void {
    const lines = content.map((line) => safeLine(line, this.paint));
    const room = Math.max(3, (this.stream.rows || 24) - 1);
    // What scrolled out cannot be redrawn: the newest lines are shown, the rest counted.
    const shown = lines.length <= room ? lines : [`… ${lines.length - room + 1} lines above`, ...lines.slice(1 - room)];
    if (shown.join('\n') === this.drawn.join('\n')) return;
    const up = this.drawn.length === 0 ? '' : `\u001b[${this.drawn.length}A`;
    this.stream.write(`${up}\r\u001b[J${shown.map((line) => `${line}\n`).join('')}`);
    this.drawn = shown;
  }

  /** What is drawn stays; what is written next comes below it. */
  done(): void {
    this.drawn = [];
  }
}
