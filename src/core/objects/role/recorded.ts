import { ofKind } from '../../destroy/added';
import { type Kept, keptFor } from '../../destroy/others';
import type { DestroySource, KnownUpstream } from '../../destroy/types';
import type { PipelineSpec } from '../../spec/types';

/** Null where nobody else needs the file's role. */
export const roleKept = ({ source }: PipelineSpec, { others }: DestroySource): Kept | null =>
  keptFor({ kind: 'role', name: source.role.name }, others);

export const isRecorded = ({ source }: PipelineSpec, { added }: Pick<KnownUpstream, 'added'>): boolean =>
  ofKind(added, 'role').some(({ name }) => name === source.role.name);
