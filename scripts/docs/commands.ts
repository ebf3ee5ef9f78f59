import { COMMANDS } from '../../src/cli/every-command';
import { buildProgram } from '../../src/cli/main';
import { code, sentence, table } from './markdown';

/** The commands of `n2m --help`, in its order. */
export function commandsTable(): string {
  const program = buildProgram('0.0.0', () => undefined, COMMANDS);
  return table(
    ['command', 'does'],
    program.commands.map((command) => {
      const args = command.registeredArguments.map((argument) =>
        argument.required ? argument.name().toUpperCase() : `[${argument.name().toUpperCase()}]`,
      );
      return [code(['n2m', command.name(), ...args].join(' ')), sentence(command.description())];
    }),
  );
}
