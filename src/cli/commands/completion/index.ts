import type { Command } from 'commander';
import { action, withOutput, type Register } from '../../command';
import { CliError, EXIT } from '../../exit';
import { explainedCodes } from '../../../core/explain';

export const register: Register = (program, exit) =>
  withOutput(program.command('completion'))
    .argument('<shell>', 'bash, zsh or fish')
    .description('print a script that completes commands, options and codes in your shell')
    .addHelpText(
      'after',
      `
Examples:
  n2m completion bash > ~/.local/share/bash-completion/completions/n2m
  n2m completion zsh > "\${fpath[1]}/_n2m"
  n2m completion fish > ~/.config/fish/completions/n2m.fish`,
    )
    .action(
      action(exit, (output, shell: string) => {
        const write = SCRIPTS[shell];
        if (write === undefined) {
          throw new CliError(`no completion for ${shell}`, EXIT.usage, 'n2m completion bash, zsh or fish');
        }
        const script = write(wordsOf(program));
        output.print({ shell, script }, script.trimEnd().split('\n'));
        return Promise.resolve(EXIT.fine);
      }),
    );

interface Words {
  commands: { name: string; description: string; options: string[]; takesFile: boolean; takes: string[] }[];
}

/** From the program itself, so that nothing is forgotten. */
function wordsOf(program: Command): Words {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: command.options.flatMap(({ long }) => (long ? [long] : [])).concat('--help'),
    takesFile: command.registeredArguments.some((argument) => argument.name() === 'file'),
    takes:
      command.name() === 'explain' ? explainedCodes() : command.name() === 'completion' ? Object.keys(SCRIPTS) : [],
  }));
  return { commands };
}

const SCRIPTS: Record<string, (words: Words) => string> = { bash, zsh, fish };

function bash({ commands }: Words): string {
  const cases = commands.map(
    ({ name, options, takesFile, takes }) =>
      `    ${name}) words='${[...options, ...takes].join(' ')}'${takesFile ? ' files=1' : ''} ;;`,
  );
  return `_n2m() {
  local words='' files='' current="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${commands.map(({ name }) => name).join(' ')} --help --version'
  else case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ -n "$files" ]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}
complete -F _n2m n2m
`;
}

/** zsh runs bash's through its own bridge. */
function zsh(words: Words): string {
  return `#compdef n2m
autoload -Uz bashcompinit && bashcompinit
${bash(words)}`;
}

function fish({ commands }: Words): string {
  const lines = commands.flatMap(({ name, description, options, takesFile, takes }) => {
    const of = `complete -c n2m -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c n2m -n __fish_use_subcommand -f -a ${name} -d '${description.replaceAll("'", "\\'")}'`,
      ...options.map((option) => `${of} -l ${option.slice(2)}`),
      ...(takes.length > 0 ? [`${of} -f -a '${takes.join(' ')}'`] : []),
      ...(takesFile ? [] : [`${of} -f`]),
    ];
  });
  return `${lines.join('\n')}\n`;
}
