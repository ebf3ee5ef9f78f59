/** Everything the stand-in asks of the upstream Postgres, in Materialize's words. */
export { connectUpstream, ConnectError, cut, withUpstream } from './connect';
export { clientFailure, connectFailure, databaseErrorText } from './failure';
export { checkSettings, validateConnection, connectionError } from './validate-connection';
export { describePublication, isInRecovery, sourceError, type PublicationDescription } from './publication';
export { describeTables, publicationExists } from './describe';
export {
  missingTables,
  resolveReference,
  selectTables,
  type SelectedTable,
  type TableSelection,
} from './select-tables';
export { validateTables, type TableOptions } from './validate-tables';
export { isSupportedType } from './types';
export { ident, literal, printName } from './names';
export { dropSlot, newSlotName, newSnapshotSlotName, readSlot, type SlotState } from './slot';
