import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { DataConverter } from '@temporalio/common';
import { dataConverterOf } from '../../src/codec';
import { codecKeys } from '../../src/codec/keys';

export const HISTORIES = join(__dirname, 'histories');

/** Of the recorded run that is encrypted. It guards nothing: the run it encrypts is of this project's sample. */
export const RECORDED_KEY = {
  N2M_CODEC_KEYS: 'recorded=env:N2M_SECRET_CODEC_RECORDED',
  N2M_SECRET_CODEC_RECORDED: Buffer.alloc(32, 'recorded for the replay').toString('base64'),
};

/** Reads what was stored in clear, compressed and encrypted with that key. */
export const recordedConverter = (): DataConverter => dataConverterOf(codecKeys(RECORDED_KEY));

/** Every recorded history, as its path below the folder: `0.1.0/rotate.json.gz`. */
export const recordedNames = (): string[] =>
  readdirSync(HISTORIES, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.json(\.gz)?$/.test(file))
    .sort();

export function recorded(name: string): RecordedHistory {
  const bytes = readFileSync(join(HISTORIES, name));
  return JSON.parse((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')) as RecordedHistory;
}

/** As `historyToJSON` writes it: what is looked at here. */
export interface RecordedHistory {
  events: (Record<string, unknown> & { eventId: string; eventType: string })[];
}
