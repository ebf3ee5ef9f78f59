import { Client, type ClientConfig } from 'pg';

const any = (table: string, key: string): string =>
  `(SELECT ${key} FROM ${table} ORDER BY ${key} OFFSET floor(random() * LEAST(1000, (SELECT count(*) FROM (
     SELECT 1 FROM ${table} LIMIT 1000) few))) LIMIT 1)`;

/** One round: every table of the sample shop gets rows, changes some and loses some; it grows a little. */
const ROUND: readonly string[] = [
  `INSERT INTO customers (name, email, city) VALUES ('New', gen_random_uuid() || '@example.com', 'Porto')`,
  `INSERT INTO orders (customer_id, status, total) VALUES (${any('customers', 'id')}, 'new', round((random() * 500)::numeric, 2))`,
  `INSERT INTO "Order Items" ("Order", "Product", "Quantity", "Unit Price")
   VALUES (${any('orders', 'id')}, ${any('products', 'id')}, 1 + floor(random() * 9), 9.5)`,
  `INSERT INTO products (name, price) VALUES ('New', 1)`,
  `INSERT INTO events (kind, payload) VALUES ('seen', jsonb_build_object('at', clock_timestamp()))`,
  `INSERT INTO orders (customer_id, status, total) VALUES (${any('customers', 'id')}, 'paid', 10)`,
  `UPDATE customers SET city = 'Oslo' WHERE id = ${any('customers', 'id')}`,
  `UPDATE orders SET status = 'shipped', note = 'sent' WHERE id = ${any('orders', 'id')}`,
  `UPDATE "Order Items" SET "Quantity" = "Quantity" + 1 WHERE id = ${any('"Order Items"', 'id')}`,
  `UPDATE products SET state = 'sold_out', price = price + 1 WHERE id = ${any('products', 'id')}`,
  `UPDATE events SET kind = 'clicked' WHERE ctid = ${any('events', 'ctid')}`,
  `DELETE FROM "Order Items" WHERE id = ${any('"Order Items"', 'id')}`,
  `DELETE FROM orders WHERE id = ${any('orders', 'id')}`,
  `DELETE FROM events WHERE ctid = ${any('events', 'ctid')}`,
  `DELETE FROM customers WHERE id = (SELECT max(c.id) FROM customers c WHERE NOT EXISTS (
     SELECT 1 FROM orders o WHERE o.customer_id = c.id))`,
  `DELETE FROM products WHERE id = (SELECT max(p.id) FROM products p WHERE NOT EXISTS (
     SELECT 1 FROM "Order Items" i WHERE i."Product" = p.id))`,
];

export interface Traffic {
  /** Statements that took effect, and those that failed with the last reason. */
  counts(): { changes: number; failures: number; lastFailure: string | null };
  stop(): Promise<void>;
}

/**
 * Keeps changing the sample shop until stopped, `perSecond` statements a second at most: it rests after each. A dropped
 * session is opened again, as an application would, so it lives through restarts of the server.
 */
export function startTraffic(connection: ClientConfig, options: { perSecond?: number } = {}): Traffic {
  const gapMs = 1000 / (options.perSecond ?? 20);
  let changes = 0;
  let failures = 0;
  let lastFailure: string | null = null;
  let stopped = false;
  let wake: () => void = () => undefined;

  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function connect(): Promise<Client | null> {
    const client = new Client({ ...connection, application_name: 'shop', connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      note(error);
      await client.end().catch(() => undefined);
      return null;
    }
  }

  function note(error: unknown): void {
    failures += 1;
    lastFailure = error instanceof Error ? error.message : String(error);
  }

  /** A server's refusal keeps the session; anything without an SQLSTATE class of a statement ended it. */
  const sessionEnded = (error: unknown): boolean => {
    const code = (error as { code?: string }).code ?? '';
    return !/^[0-9A-Z]{5}$/.test(code) || code.startsWith('57') || code.startsWith('08');
  };

  async function run(): Promise<void> {
    let client: Client | null = null;
    for (let turn = 0; !stopped; turn += 1) {
      client ??= await connect();
      const statement = ROUND[turn % ROUND.length];
      if (client !== null && statement !== undefined) {
        try {
          changes += (await client.query(statement)).rowCount ?? 0;
        } catch (error) {
          note(error);
          if (sessionEnded(error)) {
            await client.end().catch(() => undefined);
            client = null;
          }
        }
      }
      if (!stopped) await rest(client === null ? Math.max(gapMs, 200) : gapMs);
    }
    await client?.end().catch(() => undefined);
  }

  const running = run();
  return {
    counts: () => ({ changes, failures, lastFailure }),
    stop() {
      stopped = true;
      wake();
      return running;
    },
  };
}
