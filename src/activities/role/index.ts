export { ensureRole } from './ensure';
export { removeRole } from './remove';
