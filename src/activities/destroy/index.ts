export { planDestroy } from './plan';
