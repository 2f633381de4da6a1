import { inheritedEnvironment } from '../config/env.js';

/** What the servers see of the environment: none of the variables that would change their behaviour. */
export const serverEnvironment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: inheritedEnvironment().PATH,
  LC_ALL: 'C',
  TZ: 'UTC',
  ...more,
});
