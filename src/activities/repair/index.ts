export { lookForOwed } from './owed';
export { planRepair } from './plan';
export { dropDeadTables, dropLostSource, keepDefinitions, recreateDependents } from './rebuild';
export { planRotate, reconnectSource, rotatePassword } from './rotate';
