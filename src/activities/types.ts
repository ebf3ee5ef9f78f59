export type { Activities } from '.';
export type { CheckStep, FileInput, StepInput, WindowInput } from './support/inputs';
