import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { MaterializeServer } from '../../local/materialize/standin';
import { until } from '../../local/stack/until';
import { catalogs, restorable } from '../e2e/support/compare';
import { dropTheSlot, ids, slotOf, slotsOf, up } from '../e2e/support/live';
import { World, type Ran } from '../e2e/support/world';
import { Writer } from '../e2e/support/writer';
import type { Ending } from './ending/judge';
import { Ledger } from './ending/ledger';
import { atRest } from './ending/look';
import type { Log } from './log';
import type { Random } from './random';
import { Workers } from './workers';

/** A command may meet a part that is down again and again; a run that never ends is what this would find. */
const PATIENCE = 900_000;
const TRIES = 25;
const TABLES = ['customers', 'orders', 'Order Items', 'events'];
/** After three repairs in a day a person has to agree, which is another case. */
const DAMAGES = 2;

interface Options {
  name: string;
  materialize: MaterializeServer;
  random: Random;
  log: Log;
  sqlRole: boolean;
}

/** Asks again while a part is down. */
const patiently = <T>(what: string, ask: () => Promise<T>): Promise<T> =>
  until(async () => (await ask()) as T | undefined, { what, timeout: PATIENCE, every: 500 });

/** One pipeline, what its file says by now, and what people do with it by `n2m`. */
export class Pipeline {
  readonly commands = new Map<string, number>();
  tables = ['customers', 'orders', 'Order Items'];
  there = false;
  private size = '50cc';
  private every = '20s';
  private damages = 0;

  private constructor(
    private readonly options: Options,
    readonly world: World,
    readonly workers: Workers,
    readonly writer: Writer,
    readonly ledger: Ledger,
    /** Both catalogs before the first apply, as far as a destroy brings them back. */
    readonly before: unknown,
  ) {}

  static async start(options: Options): Promise<Pipeline> {
    const world = await World.start({
      sharedMaterialize: options.materialize,
      neon: { sampleOrders: 2_000, logicalReplication: true },
    });
    const before = restorable(await catalogs(world));
    const journal = join(world.dir, 'journal');
    const workers = new Workers(world, { journal, answers: true });
    return new Pipeline(options, world, workers, await Writer.start(world.upstreamUrl()), new Ledger(journal), before);
  }

  get name(): string {
    return this.options.name;
  }

  /** Does one thing that a person might do now. */
  async act(): Promise<void> {
    if (!this.there) return this.apply();
    const deeds = [() => this.change(), () => this.change(), () => this.rotate(), () => this.destroy()];
    if (this.damages < DAMAGES) deeds.push(() => this.repair());
    await this.options.random.pick(deeds)();
  }

  file(): Promise<string> {
    return this.world.write((file) => {
      file.source.tables = this.tables.map((table) => `public."${table}"`);
      if (this.options.sqlRole) file.source.role = { name: `mz_${this.world.name}`, via: 'sql' };
      file.materialize.cluster.steadySize = this.size;
      file.watch = { every: this.every };
    });
  }

  async apply(): Promise<void> {
    await this.command(['apply', await this.file(), '--yes']);
    this.there = true;
  }

  async destroy(): Promise<void> {
    await this.command(['destroy', this.world.name, '--yes', '--file', await this.file()]);
    this.there = false;
    await this.ledger.settle();
  }

  /** Its last state, read once all is calm. Nobody writes any more. */
  async ending(): Promise<Ending> {
    const refused = await this.writer.stop();
    if (this.there) await this.ledger.settle();
    const { world, there, tables, before, ledger } = this;
    return atRest({ world, there, tables, before, refused, lives: ledger.lives, file: () => this.file() });
  }

  private async change(): Promise<void> {
    const { random } = this.options;
    const source = await this.source();
    const changed = random.pick(['tables', 'size', 'watch'] as const);
    if (changed === 'size') this.size = this.size === '50cc' ? '100cc' : '50cc';
    if (changed === 'watch') this.every = this.every === '20s' ? '30s' : '20s';
    if (changed === 'tables') {
      const table = random.pick(TABLES.slice(1));
      this.tables = this.tables.includes(table) ? this.tables.filter((one) => one !== table) : [...this.tables, table];
    }
    this.options.log.say(this.name, `${changed} change: ${this.tables.join(', ')}; ${this.size}; ${this.every}`);
    await this.apply();
    expect(await this.source()).toBe(source);
  }

  private async rotate(): Promise<void> {
    const source = await this.source();
    await this.command(['rotate', this.world.name, '--yes']);
    expect(await this.source()).toBe(source);
  }

  /** The slot is lost, with a row that comes only by a new copy. */
  private async repair(): Promise<void> {
    this.damages += 1;
    const { world } = this;
    const slot = await patiently('the slot', () => slotOf(world));
    this.options.log.say(this.name, `its slot is dropped`);
    await patiently('the slot to go', async () => {
      if ((await slotsOf(world)).includes(slot)) await dropTheSlot(world, slot);
      return true;
    });
    await patiently('a row', () => up(world, `INSERT INTO orders (customer_id, status, total) VALUES (1, 'lost', 1)`));
    await patiently(
      'status to say that the slot is lost',
      async () =>
        /slot-(missing|lost)/.test((await world.n2m(['status', world.name, '--output', 'json'])).stdout) || undefined,
    );
    this.ledger.expectAgain();
    await this.command(['repair', world.name, '--yes']);
  }

  /** The source as an object: made again, it is another one. */
  private source(): Promise<string | undefined> {
    const { world } = this;
    return patiently('the source', async () => (await ids(world))[`${world.name}_source`]);
  }

  /** A command that ends well, if not at once then by giving it again, as it says. */
  private async command(args: string[]): Promise<void> {
    const { log } = this.options;
    const verb = args[0] ?? '';
    let ran: Ran | undefined;
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      ran = await this.world.n2m([...args, '--output', 'json']);
      log.say(this.name, `n2m ${verb}: ${ran.code}${ran.code === 0 ? '' : ` ${last(ran.stderr)}`}`);
      if (ran.code === 0) {
        this.commands.set(verb, (this.commands.get(verb) ?? 0) + 1);
        return;
      }
      expect(ran.stderr).toMatch(/^next: /m);
      // What threw past everybody.
      expect(ran.stderr).not.toMatch(/^Node\.js v/m);
      await pause(1_000);
    }
    throw new Error(`${this.name}: n2m ${args.join(' ')} never ended well: ${ran?.stdout} ${ran?.stderr}`);
  }

  async stop(): Promise<void> {
    await this.writer.stop();
    await this.workers.stop();
    await this.world.stop();
  }
}

const last = (text: string): string => text.trim().split('\n').slice(-2).join(' ');
