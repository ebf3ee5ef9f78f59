import type { CreateSessionSettings } from './show/settings';
export const createSessionSettings: CreateSessionSettings = (o) => {
  const v = new Map<string, string>([
    ['cluster', 'quickstart'],
    ['database', o.database],
    ['search_path', 'public'],
    ['server_version', '9.5.0'],
    ['client_encoding', 'UTF8'],
    ['DateStyle', 'ISO, MDY'],
    ['application_name', o.applicationName ?? ''],
    ['integer_datetimes', 'on'],
    ['standard_conforming_strings', 'on'],
    ['TimeZone', 'UTC'],
  ]);
  return {
    show: (n) => v.get(n) ?? '',
    set: (n, x) => void v.set(n, x.join(', ')),
    reset: (n) => void v.set(n, 'quickstart'),
    resetAll() {},
    endTransaction() {},
    parameterStatus: () => new Map([...v].filter(([k]) => !['cluster', 'database', 'search_path'].includes(k))),
  };
};
