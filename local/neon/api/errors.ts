/** An answer outside 2xx. The body is the API's GeneralError; `code` is often empty there, so clients go by status. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly options: { code?: string; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export const notFound = (what: string): ApiError => new ApiError(404, `${what} not found`);
export const badRequest = (message: string): ApiError => new ApiError(400, message);

/** A project that is busy executes nothing: always safe to retry. The text is the newer of the two known ones. */
export const locked = (): ApiError =>
  new ApiError(423, 'project already has running conflicting operations, scheduling of new ones is prohibited');

/** Said where the stand-in cannot follow Neon; never a made-up success. */
export const notSupported = (what: string): ApiError => new ApiError(501, `the stand-in does not support ${what}`);
