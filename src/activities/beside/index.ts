export { copyBeside } from './copy';
export { switchTables } from './switch';
