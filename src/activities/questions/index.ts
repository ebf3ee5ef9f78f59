export { examine } from './examine';
export { lookUp } from './look-up';
