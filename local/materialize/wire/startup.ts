import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import { BodyReader } from './frames';

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;

export type Startup =
  | { kind: 'cancel'; pid: number; key: number }
  | { kind: 'session'; socket: Socket; minor: number; parameters: Record<string, string>; early: Buffer };

/** Reads what comes before the first typed message: SSLRequest (answered 'S' or 'N'), CancelRequest or StartupMessage. */
export async function readStartup(socket: Socket, tls: SecureContext | undefined): Promise<Startup | undefined> {
  let stream = socket;
  let buffered: Buffer = Buffer.alloc(0);
  for (;;) {
    const packet = await readPacket(stream, buffered);
    if (packet === undefined) return undefined;
    buffered = packet.rest;
    const reader = new BodyReader(packet.body);
    const code = reader.int32();
    if (code === SSL_REQUEST || code === GSS_REQUEST) {
      const accept = code === SSL_REQUEST && tls !== undefined;
      stream.write(accept ? 'S' : 'N');
      // Bytes sent before the answer to SSLRequest must not be taken for encrypted ones.
      if (accept) stream = await secure(stream, tls, buffered);
      if (accept) buffered = Buffer.alloc(0);
      continue;
    }
    if (code === CANCEL_REQUEST) return { kind: 'cancel', pid: reader.int32(), key: reader.int32() };
    if (code >> 16 !== 3) return undefined;
    const parameters: Record<string, string> = {};
    while (!reader.done) {
      const name = reader.cstring();
      if (name === '') break;
      parameters[name] = reader.cstring();
    }
    return { kind: 'session', socket: stream, minor: code & 0xffff, parameters, early: buffered };
  }
}

async function secure(socket: Socket, context: SecureContext, early: Buffer): Promise<Socket> {
  if (early.length > 0) throw new Error('the client sent data before TLS was agreed');
  const secured = new TLSSocket(socket, { isServer: true, secureContext: context });
  await new Promise<void>((resolve, reject) => {
    secured.once('secure', resolve);
    secured.once('error', reject);
    secured.once('close', () => reject(new Error('closed during the TLS handshake')));
  });
  return secured;
}

/** One untyped packet; undefined when the peer went away before it was complete or sent nonsense. */
function readPacket(stream: Socket, early: Buffer): Promise<{ body: Buffer; rest: Buffer } | undefined> {
  return new Promise((resolve) => {
    let buffer = early;
    const finish = (result: { body: Buffer; rest: Buffer } | undefined) => {
      stream.off('data', onData).off('close', onClose).off('error', onClose);
      stream.pause();
      resolve(result);
    };
    const onClose = () => finish(undefined);
    const check = () => {
      if (buffer.length < 4) return;
      const length = buffer.readInt32BE(0);
      if (length < 8 || length > 10_000) finish(undefined);
      else if (buffer.length >= length)
        finish({ body: buffer.subarray(4, length), rest: Buffer.from(buffer.subarray(length)) });
    };
    const onData = (chunk: Buffer) => {
      buffer = Buffer.concat([buffer, chunk]);
      check();
    };
    stream.on('data', onData).on('close', onClose).on('error', onClose);
    stream.resume();
    check();
  });
}

/** Reads `-c name=value` and `--name=value` out of the startup parameter `options`. */
export function readOptions(options: string | undefined): [string, string][] {
  const words = (options ?? '').match(/(?:\\.|[^\s\\])+/g) ?? [];
  const found: [string, string][] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const assignment = word === '-c' ? words[++at] : word.startsWith('--') ? word.slice(2) : word.slice(2);
    const [name, value] = splitOnce((assignment ?? '').replace(/\\(.)/g, '$1'));
    if (name !== '') found.push([name.replaceAll('-', '_'), value]);
  }
  return found;
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
