import { TRIES, type Attacker } from './list';

/**
 * One attacker's tries, each a test that fails where the attacker gets there. The list in `list.ts` is what the README shows:
 * a try that is listed and not made fails, and so does one that is made and not listed.
 */
export function attack<A extends Attacker>(
  attacker: A,
  tries: Record<keyof (typeof TRIES)[A] & string, () => Promise<void> | void>,
  timeout?: number,
): void {
  describe(`${attacker} cannot reach`, () => {
    const outcomes: string[] = [];
    const listed = Object.entries<string>(TRIES[attacker]);
    for (const [name, aim] of listed) {
      it(
        `${aim}: ${name}`,
        async () => {
          await tries[name as keyof typeof tries]();
          outcomes.push(`  held  ${aim} | ${name}`);
        },
        timeout,
      );
    }
    afterAll(() =>
      process.stderr.write(`${attacker}: ${outcomes.length} of ${listed.length} held\n${outcomes.join('\n')}\n`),
    );
  });
}
