export type { Activities } from '.';
export type { CheckStep, FileInput, StepInput, StintInput } from './support/inputs';
