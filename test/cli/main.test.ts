import { Command } from 'commander';
import { COMMANDS } from '../../src/cli/every-command';
import { BY_NAME } from '../../src/cli/main';
import { n2m } from './support/cli';

const NAMES = COMMANDS.map((register) => register(new Command(), () => undefined).name());

describe('a command that is loaded alone', () => {
  it('is any but the one that tells of all others', () => {
    expect([...Object.keys(BY_NAME), 'completion']).toEqual(NAMES);
  });

  it.each(NAMES)('%s is the one that is named', async (name) => {
    const { code, stdout } = await n2m([name, '--help']);
    expect({ code, usage: stdout.split(/[\n[<]/)[0]?.trim() }).toEqual({ code: 0, usage: `Usage: n2m ${name}` });
  });
});
