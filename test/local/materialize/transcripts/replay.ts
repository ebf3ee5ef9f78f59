import { isDeepStrictEqual } from 'node:util';
import { type MaterializeServer, startMaterialize } from '../../../../local/materialize/standin';
import type { RecordedVersion } from '../../../../local/materialize/version';
import { withClient } from '../../../../local/postgres/client';
import { type PostgresServer, startPostgres } from '../../../../local/postgres/server';
import { comparable, followsSeries, type Given, seriesView } from './compare';
import {
  type Change,
  type NoteStep,
  readRecording,
  type Row,
  type StatementStep,
  type Step,
  type WatchStep,
} from './recording';
import { RecordingSession } from './sessions';

/** One recorded answer, and whether the stand-in gave it. */
export interface Unit {
  scenario: string;
  step: number;
  /** Name of the series for watches. */
  series: string | null;
  sql: string;
  followed: boolean;
  expected: unknown;
  given: unknown;
}

const ANSWER_WITHIN_MS = 15_000;
const RECORDED_PORTS = /PORT (5617|5499)/;
/** Who reads in the recordings of 26.39; with all rights, as there. */
const REPLICATOR = `CREATE ROLE repl LOGIN SUPERUSER REPLICATION PASSWORD 'repl_pw'`;
const REFUSED_PORT = '5999';
const FRESH_WITHIN_MS = 3_000;
const POLL_EVERY_MS = 60;

/** What a recording says was done beside its statements, before the step of that number. */
export type Act = (replay: Replay, sendAhead: (step: number, answeredAt: number) => void) => Promise<void>;
export type Acts = Record<string, Record<number, Act>>;

/** The stand-in, its upstream and the sessions of one recorded environment. */
export class Replay {
  private sessions = new Map<string, RecordingSession>();
  private notes = new Map<number, Row[]>();
  private pending = new Map<number, { answer: Promise<Given>; answeredAt: number }>();
  private underWay: Promise<void> = Promise.resolve();

  private constructor(
    readonly upstream: PostgresServer,
    readonly standin: MaterializeServer,
    private readonly patience: number,
    private readonly acts: Acts,
  ) {}

  static async start(patience: number, acts: Acts, version: RecordedVersion, restartDelay = 700): Promise<Replay> {
    const upstream = await startPostgres({
      settings: { wal_level: 'logical', max_replication_slots: '10', max_wal_senders: '20', max_connections: '200' },
    });
    try {
      await withClient(upstream.superuserUrl, (client) => client.query(REPLICATOR));
      const standin = await startMaterialize({
        version,
        statisticsInterval: 500,
        restartDelay,
        // Longer than an accident takes to reach the stream, which is to notice it first, as recorded.
        schemaValidationInterval: 5_000,
        rowsPerSecond: () => 20_000,
      });
      return new Replay(upstream, standin, patience, acts);
    } catch (error) {
      await upstream.stop('immediate');
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.closeSessions();
    await this.standin.stop();
    await this.upstream.stop('immediate');
  }

  /** Sends the steps of one recording, compares every answer of the stand-in and adds it to `units`. */
  async play(scenario: string, known: ReadonlySet<string>, units: Unit[]): Promise<void> {
    const steps = readRecording(scenario);
    for (const [index, step] of steps.entries()) {
      await this.acts[scenario]?.[index]?.(this, (other, answeredAt) => this.sendAhead(steps, other, answeredAt));
      const sent = this.pending.get(index);
      if (sent === undefined) units.push(...(await this.step(scenario, index, step, known)));
      await this.underWay;
      for (const [earlier, { answer, answeredAt }] of this.pending) {
        if (answeredAt !== index) continue;
        units.push(...this.compare(scenario, earlier, steps[earlier] as StatementStep, await answer));
      }
    }
    for (const [index, given] of this.notes) {
      const { note, rows: expected } = steps[index] as NoteStep;
      const followed = isDeepStrictEqual(given, expected);
      units.push({ scenario, step: index, series: null, sql: note, followed, expected, given });
    }
    this.notes.clear();
    await this.closeSessions();
  }

  /** On the upstream as its superuser, in a session of its own name. */
  async upstreamRun(session: string, sql: string): Promise<Row[]> {
    const given = await (await this.session(`postgres:${session}`)).ask(sql, ANSWER_WITHIN_MS);
    if (given.error !== undefined) throw new Error(`${sql}: ${given.error.message}`);
    return given.answers?.[0]?.rows ?? [];
  }

  /** In a session of the recording, an act that was not recorded. */
  async say(on: string, sql: string): Promise<void> {
    const given = await (await this.session(on)).ask(this.adapt(sql), ANSWER_WITHIN_MS);
    if (given.error !== undefined) throw new Error(`${sql}: ${given.error.message}`);
  }

  /** An act that the next step is to see from its beginning; that step is over when it is done. */
  meanwhile(act: Promise<void>): void {
    this.underWay = act;
    act.catch(() => undefined);
  }

  /** What the act of a recorded note came to. */
  note(step: number, rows: Row[]): void {
    this.notes.set(step, rows);
  }

  /** Asks `on` until the first value of the answer is `wanted`. */
  async until(on: string, sql: string, wanted: string): Promise<void> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const { answers } = await (await this.session(`${on}:look`)).ask(sql, ANSWER_WITHIN_MS);
      if (answers?.[0]?.rows[0]?.[0] === wanted) return;
      if (Date.now() > deadline) throw new Error(`never came to ${wanted}: ${sql}`);
      await pause();
    }
  }

  /** Waits until a client's query is being carried out. */
  async untilRunning(sql: string): Promise<void> {
    const running = 'SELECT FROM pg_stat_activity WHERE state = $2 AND query = $1';
    for (const deadline = Date.now() + 20_000; ; await pause()) {
      if ((await this.standin.store.query(running, [sql, 'active'])).rowCount) return;
      if (Date.now() > deadline) throw new Error(`never ran: ${sql}`);
    }
  }

  /** A statement of the recording whose answer is not waited for before the step `answeredAt` is done. */
  private sendAhead(steps: Step[], index: number, answeredAt: number): void {
    const step = steps[index];
    if (step?.kind !== 'statement') throw new Error(`step ${index} is no statement`);
    const answer = this.session(step.on).then((session) => session.ask(this.adapt(step.sql), 60_000));
    this.pending.set(index, { answer, answeredAt });
  }

  private async step(scenario: string, index: number, step: Step, known: ReadonlySet<string>): Promise<Unit[]> {
    if (step.kind === 'watch') return this.watch(scenario, index, step, known);
    if (step.kind === 'note') return [];
    // A read of the newest waits at the real one; the stand-in knows only to two seconds what is the newest.
    for (const deadline = Date.now() + FRESH_WITHIN_MS; ; await pause()) {
      const units = this.compare(scenario, index, step, await this.ask(step));
      const late = step.on !== 'postgres' && /^SELECT .* FROM /i.test(step.sql) && !known.has(`${scenario}[${index}]`);
      if (!late || units.every(({ followed }) => followed) || Date.now() > deadline) return units;
    }
  }

  private compare(scenario: string, index: number, step: StatementStep, given: Given): Unit[] {
    if (step.on === 'postgres') {
      if (given.error !== undefined && step.error === undefined) {
        throw new Error(`${scenario}[${index}] upstream refused ${step.sql}: ${given.error.message}`);
      }
      return [];
    }
    const { sql } = step;
    const expected = comparable(sql, step);
    const shown = comparable(sql, withTagsLike(step, given));
    return [
      {
        scenario,
        step: index,
        series: null,
        sql,
        followed: isDeepStrictEqual(shown, expected),
        expected,
        given: shown,
      },
    ];
  }

  private async ask(step: StatementStep): Promise<Given> {
    return (await this.session(step.on)).ask(this.adapt(step.sql), ANSWER_WITHIN_MS);
  }

  private async watch(scenario: string, index: number, step: WatchStep, known: ReadonlySet<string>): Promise<Unit[]> {
    const names = Object.keys(step.series);
    const seen = Object.fromEntries(names.map((name): [string, Pick<Change, 'rows'>[]] => [name, []]));
    const follows = (name: string): boolean => followsSeries(name, seen[name]!, step.series[name]!);
    // What is known not to come is not waited for.
    const awaited = names.filter((name) => !known.has(unitKey(scenario, index, name)));
    const deadline = Date.now() + (awaited.length === 0 ? 1_000 : this.patience);
    do {
      for (const name of names) {
        const { on, sql } = step.queries[name]!;
        const { answers } = await (await this.session(`${on}:watch`)).ask(this.adapt(sql), ANSWER_WITHIN_MS);
        if (answers?.[0] === undefined) continue;
        const changes = seen[name]!;
        if (!isDeepStrictEqual(changes.at(-1)?.rows, answers[0].rows)) changes.push({ rows: answers[0].rows });
      }
      if (awaited.every(follows)) break;
      await pause();
    } while (Date.now() < deadline);
    return names.map((name) => ({
      scenario,
      step: index,
      series: name,
      sql: step.queries[name]!.sql,
      followed: follows(name),
      expected: seriesView(name, step.series[name]!),
      given: seriesView(name, seen[name]!),
    }));
  }

  /** `materialize` and `materialize:watch` are sessions of one user, `postgres:…` of the upstream. */
  private async session(on: string): Promise<RecordingSession> {
    const existing = this.sessions.get(on);
    if (existing !== undefined) return existing;
    const [base = ''] = on.split(':');
    const user = base.replace(/^materialize.*$/, 'materialize');
    const url = user === 'postgres' ? this.upstream.superuserUrl : this.standin.urlFor(user);
    const opened = await RecordingSession.open(url, on.replace(/^.*:/, ''));
    this.sessions.set(on, opened);
    return opened;
  }

  private async closeSessions(): Promise<void> {
    for (const session of this.sessions.values()) await session.close();
    this.sessions.clear();
    this.pending.clear();
  }

  /** The recorded statement for this environment: where the upstream is, and rows by the thousand for millions. */
  adapt(sql: string): string {
    return sql
      .replace(RECORDED_PORTS, `PORT ${this.upstream.port}`)
      .replace(new RegExp(`PORT ${REFUSED_PORT}`), 'PORT 1')
      .replace(/generate_series\(1,(\d+)000000\)/, 'generate_series(1,$1000)')
      .replace(/generate_series\(1,2500000\)/, 'generate_series(1,2500)');
  }
}

/** Later recordings kept only the first word of a tag. */
const withTagsLike = (step: StatementStep, given: Given): Given => ({
  ...given,
  answers: given.answers?.map((answer, index) => {
    const short = step.answers?.[index]?.tag.includes(' ') === false;
    return short ? { ...answer, tag: answer.tag.split(' ')[0] ?? '' } : answer;
  }),
});

export const unitKey = (scenario: string, step: number, series: string | null): string =>
  `${scenario}[${step}]${series === null ? '' : ` ${series}`}`;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
