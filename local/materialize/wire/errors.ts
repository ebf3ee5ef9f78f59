import { MzError } from '../contract';
import { mapStoreError } from '../errors';
import { readErrorFields } from './messages';
import { StoreClosed } from './store-session';

/** An ErrorResponse of the backing store in Materialize's words. */
export function storeError(body: Buffer): MzError {
  const fields = readErrorFields(body);
  const mapped = mapStoreError({
    severity: fields.S ?? 'ERROR',
    code: fields.C ?? 'XX000',
    message: fields.M ?? '',
    detail: fields.D,
    hint: fields.H,
    position: fields.P,
  });
  const position = mapped.position === undefined ? undefined : Number(mapped.position);
  return new MzError(mapped.code, mapped.message, { detail: mapped.detail, hint: mapped.hint, position });
}

/** Whatever was thrown, as an error a client can be told. */
export function toMzError(error: unknown): MzError {
  if (error instanceof MzError) return error;
  if (error instanceof StoreClosed) return new MzError('57P01', error.message);
  const text = error instanceof Error ? error.message : String(error);
  return new MzError('XX000', `internal error of the stand-in: ${text}`);
}
