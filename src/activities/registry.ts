import * as modules from './modules';
import { isActivity, type Activity } from './support/activity';

type Modules = typeof modules;
type Any = Activity<never, unknown>;

/** What every module exports, as the worker has it: without what it needs from the outside. */
export type Bound = {
  [Name in keyof Modules as Modules[Name] extends Any ? Name : never]: Modules[Name] extends Activity<
    infer Input,
    infer Result
  >
    ? (input: Input) => Promise<Result>
    : never;
};

/** Every activity by its name. What is not here cannot be called: the edges ask it what an activity says of itself. */
export const REGISTRY: ReadonlyMap<string, Any> = new Map(
  Object.entries(modules).flatMap(([name, exported]) => (isActivity(exported) ? [[name, exported as Any]] : [])),
);
