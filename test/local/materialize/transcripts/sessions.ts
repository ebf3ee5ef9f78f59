import { Client } from 'pg';
import type { Answer, Fields, Row } from './recording';
import type { Given } from './compare';

interface RawError extends Error {
  severity?: string;
  code?: string;
  detail?: string;
  hint?: string;
  position?: string;
}

interface RawNotice {
  severity: string;
  code: string;
  message: string;
  detail?: string;
  hint?: string;
  position?: string;
}

interface RawResult {
  fields: { name: string; dataTypeID: number }[];
  rows: Row[];
}

const textParser = { getTypeParser: () => (value: string) => value };

const pickFields = (error: RawNotice | RawError): Fields => ({
  severity: error.severity ?? 'ERROR',
  code: error.code ?? '',
  message: error.message,
  detail: error.detail,
  hint: error.hint,
  position: error.position,
});

/** One connection, answering in the shape of the recordings. */
export class RecordingSession {
  private constructor(private readonly client: Client) {}

  static async open(url: string, name: string): Promise<RecordingSession> {
    const client = new Client({ connectionString: url, application_name: name, types: textParser });
    client.on('error', () => undefined);
    await client.connect();
    return new RecordingSession(client);
  }

  /** Sends one query string; refused by `deadline` milliseconds without an answer. */
  async ask(sql: string, deadline: number): Promise<Given> {
    const notices: Fields[] = [];
    const tags: string[] = [];
    const onNotice = (notice: RawNotice): void => void notices.push(pickFields(notice));
    const onComplete = (message: { text: string }): void => void tags.push(message.text);
    const { connection } = this.client as unknown as { connection: NodeJS.EventEmitter };
    this.client.on('notice', onNotice as never);
    connection.on('commandComplete', onComplete);
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer in ${deadline} ms`)), deadline);
      });
      const result = await Promise.race([
        this.client.query({ text: sql, rowMode: 'array' }) as unknown as Promise<RawResult | RawResult[]>,
        late,
      ]);
      const results = Array.isArray(result) ? result : [result];
      return { answers: results.map((one, index) => toAnswer(one, tags[index] ?? '')), notices };
    } catch (error) {
      return { error: pickFields(error as RawError), notices };
    } finally {
      clearTimeout(timer);
      this.client.off('notice', onNotice as never);
      connection.off('commandComplete', onComplete);
    }
  }

  async close(): Promise<void> {
    // A query may still be waiting for its answer: the socket is closed under it.
    const { connection } = this.client as unknown as { connection: { stream: { destroy(): void } } };
    connection.stream.destroy();
    await this.client.end().catch(() => undefined);
  }
}

/** `SELECT 3` → 3 rows, `CREATE CLUSTER` → none, as recorded. */
function toAnswer(result: RawResult, text: string): Answer {
  const count = / (\d+)$/.exec(text)?.[1];
  return {
    tag: text,
    row_count: count === undefined ? null : Number(count),
    fields: result.fields.map((field) => ({ name: field.name, type_oid: field.dataTypeID })),
    rows: result.rows,
  };
}
