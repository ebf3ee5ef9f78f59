import type { MzError } from '../contract';
import { BodyReader, cstring, frame, int16, int32 } from './frames';

/** What the server says, as bytes. Names follow the Postgres protocol documentation. */

/** Transaction state in ReadyForQuery: idle, in a block, in a failed block. */
export type TransactionStatus = 'I' | 'T' | 'E';

export interface Notice {
  code: string;
  message: string;
  severity?: string;
  detail?: string;
  hint?: string;
}

export const authenticationOk = (): Buffer => frame('R', int32(0));
export const authenticationCleartext = (): Buffer => frame('R', int32(3));
export const parameterStatus = (name: string, value: string): Buffer => frame('S', cstring(name), cstring(value));
export const backendKeyData = (pid: number, key: number): Buffer => frame('K', int32(pid), int32(key));
export const readyForQuery = (status: TransactionStatus): Buffer => frame('Z', Buffer.from(status));
export const commandComplete = (tag: string): Buffer => frame('C', cstring(tag));
export const emptyQueryResponse = (): Buffer => frame('I');
export const parseComplete = (): Buffer => frame('1');
export const bindComplete = (): Buffer => frame('2');
export const closeComplete = (): Buffer => frame('3');
export const noData = (): Buffer => frame('n');
export const noParameters = (): Buffer => frame('t', int16(0));

/** NegotiateProtocolVersion: we speak 3.0 and know none of the options the client asked for. */
export const negotiateProtocolVersion = (unknown: string[]): Buffer =>
  frame('v', int32(196608), int32(unknown.length), ...unknown.map(cstring));

function fieldsOf(fields: Record<string, string | undefined>): Buffer {
  const parts = Object.entries(fields).flatMap(([letter, value]) =>
    value === undefined ? [] : [Buffer.from(letter), cstring(value)],
  );
  return Buffer.concat([...parts, Buffer.from([0])]);
}

export function errorResponse(error: MzError, severity = 'ERROR'): Buffer {
  const { detail, hint, position } = error.extra;
  return frame(
    'E',
    fieldsOf({
      S: severity,
      V: severity,
      C: error.code,
      M: error.message,
      D: detail,
      H: hint,
      P: position === undefined ? undefined : String(position),
    }),
  );
}

export function noticeResponse(notice: Notice): Buffer {
  const severity = notice.severity ?? 'NOTICE';
  return frame(
    'N',
    fieldsOf({ S: severity, V: severity, C: notice.code, M: notice.message, D: notice.detail, H: notice.hint }),
  );
}

/** The fields of an ErrorResponse or NoticeResponse by their letters. */
export function readErrorFields(body: Buffer): Record<string, string> {
  const reader = new BodyReader(body);
  const fields: Record<string, string> = {};
  while (!reader.done) {
    const letter = String.fromCharCode(reader.bytes(1)[0] ?? 0);
    if (letter === '\0') break;
    fields[letter] = reader.cstring();
  }
  return fields;
}

/** A RowDescription with every type OID put through `map`; tables and attributes are not told, as in Materialize. */
export function mapRowDescription(body: Buffer, map: (oid: number) => number): Buffer {
  const out = Buffer.from(body);
  let at = 2;
  for (let left = out.readInt16BE(0); left > 0; left--) {
    at = out.indexOf(0, at) + 1;
    out.writeInt32BE(0, at);
    out.writeInt16BE(0, at + 4);
    out.writeInt32BE(map(out.readInt32BE(at + 6)), at + 6);
    at += 18;
  }
  return frame('T', out);
}

/** A ParameterDescription with every type OID put through `map`. */
export function mapParameterDescription(body: Buffer, map: (oid: number) => number): Buffer {
  const out = Buffer.from(body);
  for (let at = 2; at < out.length; at += 4) out.writeInt32BE(map(out.readInt32BE(at)), at);
  return frame('t', out);
}
