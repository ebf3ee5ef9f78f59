/**
 * An interceptor of workflows, in their own bundle: hours of a wait are milliseconds, so that a test sees what days bring.
 * Only timers of the workflow itself; what activities measure stays as it is.
 */
const FASTER = 100_000;

exports.interceptors = () => ({
  outbound: [
    {
      startTimer: (input, next) => next({ ...input, durationMs: Math.max(1, Math.round(input.durationMs / FASTER)) }),
    },
  ],
});

exports.FASTER = FASTER;
