export { verifyTables } from './verify';
