import type { Database } from './database';
import { Life } from './life';
import { statementsOf, type RandomSchema } from './schemas';

const worked = (told: Record<string, string>): string[] => Object.keys(told).filter((key) => told[key] === 'fine');

export interface Outcome {
  /** `step: table STATEMENT SQLSTATE`: what worked before and is refused after that step; or what a destroy could not do. */
  harm: string[];
  left: { before: unknown; after: unknown };
}

/** A pipeline's life upstream on this schema. */
export async function live(database: Database, schema: RandomSchema): Promise<Outcome> {
  await database.fill(statementsOf(schema));
  const names = schema.tables.filter(({ selected }) => selected).map(({ name }) => name);
  const before = { writes: await database.writes(), state: await database.state() };
  const harm: string[] = [];
  const held = async ({ step }: { step: string }) => {
    const now = await database.writes();
    for (const key of worked(before.writes)) if (now[key] !== 'fine') harm.push(`${step}: ${key} ${now[key]}`);
  };
  const life = new Life(database, names);
  if (names.length > 0) await life.setup(held);
  const destroyed = await life.destroy(held);
  for (const { step, refused } of destroyed) if (refused !== null) harm.push(`${step}: ${refused}`);
  const after = await database.state();
  // What could not be updated before, as somebody published it without an identity, can by now: it stays so.
  for (const table of after.tables ?? []) {
    const was = before.state.tables?.find(([name]) => name === table[0]);
    const refused = ['UPDATE', 'DELETE'].some((kind) => before.writes[`${table[0]} ${kind}`] !== 'fine');
    if (was && refused && table[1] === 'f') table[1] = was[1];
  }
  return { harm, left: { before: before.state, after } };
}
