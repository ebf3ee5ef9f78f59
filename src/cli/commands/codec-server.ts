import { once } from 'node:events';
import { InvalidArgumentError } from 'commander';
import { action, withOutput, type CommonOptions, type Register } from '../command';
import { CliError, EXIT } from '../exit';

interface Options extends CommonOptions {
  port: number;
  listen: string;
  host: string[];
  uiOrigin: string;
  encode?: boolean;
}

export const register: Register = (program, exit) =>
  withOutput(program.command('codec-server'))
    .option('--port <port>', 'where to listen', portOf, 8081)
    .option('--listen <address>', 'address to listen at; others than loopback need a token', '127.0.0.1')
    .option('--host <name>', 'a name it is asked under besides localhost; may be repeated', hostOf, [])
    .option('--ui-origin <origin>', 'the Temporal UI whose pages may ask', originOf, 'http://localhost:8233')
    .option('--encode', 'also encrypt, for what the UI or `temporal` starts or signals')
    .description('decrypt and decompress for the Temporal UI in this browser, with the keys of N2M_CODEC_KEYS')
    .addHelpText(
      'after',
      `
Set the address it prints as the remote codec endpoint in the Temporal UI. Ends
with Ctrl-C. Without keys it decompresses only: payloads of 32 KiB and more are
stored compressed.

N2M_CODEC_TOKEN=env:NAME or file:NAME asks everybody for that token, also other
users of this machine: in the UI as http://127.0.0.1:8081/<token>, with temporal
as --codec-auth "Bearer <token>".

Examples:
  n2m codec-server
  n2m codec-server --port 8081 --ui-origin https://cloud.temporal.io
  temporal workflow show -w pipeline/shop --codec-endpoint http://127.0.0.1:8081`,
    )
    .action(
      action(exit, async (output, { port, listen, host, uiOrigin, encode = false }: Options) => {
        const { codecKeys, codecToken, CodecError } = await import('../../codec/keys.js');
        const { codecOf } = await import('../../codec/index.js');
        const { serveCodec } = await import('../../codec/server.js');
        const refused = (error: unknown): never => {
          throw error instanceof CodecError ? new CliError(error.summary, EXIT.usage, error.next) : error;
        };
        const read = <T>(work: () => T): T => {
          try {
            return work();
          } catch (error) {
            return refused(error);
          }
        };
        const keys = read(() => codecKeys(process.env));
        if (keys.length === 0 && encode) {
          throw new CliError('N2M_CODEC_KEYS names no key', EXIT.usage, 'set it as on the worker: k1=env:N2M_SECRET_…');
        }
        const token = read(() => codecToken(process.env));
        const own = ['0.0.0.0', '::'].includes(listen) ? [] : [listen.includes(':') ? `[${listen}]` : listen];
        const hosts = [...host, ...own].map((name) => name.toLowerCase());
        const options = { listen, port, uiOrigin, hosts, token, encode };
        const server = await serveCodec(codecOf(keys), options).catch((error: unknown) => {
          if (error instanceof CodecError) return refused(error);
          const { code } = error as NodeJS.ErrnoException;
          const why = code === 'EADDRINUSE' ? `port ${port} of ${listen} is taken` : `${listen} is no address of ours`;
          const next = code === 'EADDRINUSE' ? 'n2m codec-server --port <another>' : 'n2m codec-server --listen <one>';
          throw new CliError(why, EXIT.failed, next);
        });
        const endpoint = `${server.url}${token === null ? '' : '/<token>'}`;
        if (output.json) output.print({ endpoint, uiOrigin }, []);
        output.log(`codec endpoint ${endpoint} for ${uiOrigin}; Ctrl-C ends it`);
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

/** Not `*` nor `null`, which frames of any page may call themselves. */
function originOf(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null';
  if (origin === 'null') throw new InvalidArgumentError('no origin such as http://localhost:8233');
  return origin;
}

function hostOf(text: string, more: string[]): string[] {
  if (!/^([a-z0-9_.-]+|\[[0-9a-f:.]+\])$/i.test(text)) throw new InvalidArgumentError('no name such as codec.internal');
  return [...more, text];
}
