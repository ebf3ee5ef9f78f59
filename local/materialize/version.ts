/** The releases whose answers were recorded; which of the two is followed hangs on the version a stand-in plays. */
const RECORDED = {
  '26.9': 'v26.9.0-dev.0 (7d2a7fae1)',
  '26.39': 'v26.39.0-dev.0 (30e4b1d24)',
} as const;

export type RecordedVersion = keyof typeof RECORDED;
export const RECORDED_VERSIONS = Object.keys(RECORDED) as RecordedVersion[];
export const DEFAULT_VERSION: RecordedVersion = '26.39';

/** What came between the two, by `mz_version_num()`; `docs/testing.md` has the same as a table. */
export interface Features {
  /** `mz_postgres_source_tables` holds names as they are; before, as SQL would quote them. */
  bareNames: boolean;
  /** CREATE TABLE … FROM SOURCE without a flag. */
  sourceTables: boolean;
  /** Clusters may have AUTO SCALING STRATEGY. */
  autoScaling: boolean;
  /** ALTER CLUSTER runs in the background and is followed in `mz_cluster_reconfigurations`. */
  backgroundResize: boolean;
  /** Reads standbys, and looks whether upstream became one, or is none any more. Read in its source; no recording has it. */
  checksRecovery: boolean;
  /** Tables may be made without constraints of upstream. Read in its documentation and tests; no recording has it. */
  excludesConstraints: boolean;
}

const SINCE: Record<keyof Features, number> = {
  bareNames: 2_601_900,
  sourceTables: 2_602_500,
  autoScaling: 2_603_400,
  backgroundResize: 2_603_500,
  checksRecovery: 2_603_000,
  excludesConstraints: 2_604_200,
};

/** The answer of `mz_version()`: of a recorded release by its number, or whatever text is given. */
export function versionText(version: string = DEFAULT_VERSION): string {
  const recorded = (RECORDED as Record<string, string>)[version];
  if (recorded !== undefined) return recorded;
  return version.includes('(') ? version : `${version.startsWith('v') ? version : `v${version}`} (7d2a7fae1)`;
}

/** `v26.9.0-dev.0 (7d2a7fae1)` → 2600900: major · 100000 + minor · 100 + patch. */
export function versionNumber(version: string): number {
  const match = /^v(\d+)\.(\d+)\.(\d+)/.exec(version);
  if (match === null) throw new Error(`"${version}" is no Materialize version: write it like v26.9.0 (7d2a7fae1)`);
  const [major, minor, patch] = match.slice(1).map(Number) as [number, number, number];
  return major * 100_000 + minor * 100 + patch;
}

export function featuresOf(text: string): Features {
  const number = versionNumber(text);
  const has = (feature: keyof Features): boolean => number >= SINCE[feature];
  return {
    bareNames: has('bareNames'),
    sourceTables: has('sourceTables'),
    autoScaling: has('autoScaling'),
    backgroundResize: has('backgroundResize'),
    checksRecovery: has('checksRecovery'),
    excludesConstraints: has('excludesConstraints'),
  };
}

/** For an option that names a recorded release. */
export function recordedVersion(option: string, text: string): RecordedVersion {
  const found = RECORDED_VERSIONS.find((version) => version === text);
  if (found === undefined) throw new Error(`${option} ${text} was not recorded: ${RECORDED_VERSIONS.join(' or ')}`);
  return found;
}
