import { once } from 'node:events';
import { InvalidArgumentError } from 'commander';
import { action, withOutput, type CommonOptions, type Register } from '../command';
import { CliError, EXIT } from '../exit';

interface Options extends CommonOptions {
  port: number;
  uiOrigin: string;
}

export const register: Register = (program, exit) =>
  withOutput(program.command('codec-server'))
    .option('--port <port>', 'where to listen, on 127.0.0.1', portOf, 8081)
    .option('--ui-origin <origin>', 'the Temporal UI whose pages may ask', 'http://localhost:8233')
    .description('decrypt for the Temporal UI in this browser, with the keys of N2M_CODEC_KEYS')
    .addHelpText(
      'after',
      `
Set the address it prints as the remote codec endpoint in the Temporal UI. Ends
with Ctrl-C.

Examples:
  n2m codec-server
  n2m codec-server --port 8081 --ui-origin https://cloud.temporal.io`,
    )
    .action(
      action(exit, async (output, { port, uiOrigin }: Options) => {
        const { codecKeys, CodecError } = await import('../../codec/keys.js');
        const { EncryptionCodec } = await import('../../codec/codec.js');
        const { serveCodec } = await import('../../codec/server.js');
        let keys: ReturnType<typeof codecKeys>;
        try {
          keys = codecKeys(process.env);
        } catch (error) {
          throw error instanceof CodecError ? new CliError(error.summary, EXIT.usage, error.next) : error;
        }
        if (keys.length === 0) {
          throw new CliError('N2M_CODEC_KEYS names no key', EXIT.usage, 'set it as on the worker: k1=env:N2M_SECRET_…');
        }
        const server = await serveCodec(new EncryptionCodec(keys), port, uiOrigin).catch(() => {
          throw new CliError(`port ${port} of 127.0.0.1 is taken`, EXIT.failed, 'n2m codec-server --port <another>');
        });
        output.tell(`codec endpoint ${server.url} for ${uiOrigin}; Ctrl-C ends it`);
        await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
        await server.close();
        return EXIT.fine;
      }),
    );

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('no port');
  return port;
}
