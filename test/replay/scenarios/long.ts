import type { Scenario } from './scenario';

/** On a server that suggests early to go on as a new run. */
export const longLife: Scenario = async (life) => {
  await life.apply();
  await life.saveChain('replicate-goes-on');
};
