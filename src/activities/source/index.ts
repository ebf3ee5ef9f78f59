export { ensureSource } from './ensure';
export { removeSource } from './remove';
export { removeSlot } from './slot';
