/** The role's own setting, which wins over the server's. */
export const neverIdlesOut = (config: string[]): boolean =>
  config.some((entry) => /^idle_in_transaction_session_timeout=0(ms|s|min)?$/.test(entry));
