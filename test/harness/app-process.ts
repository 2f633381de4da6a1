import path from 'node:path';
import type { Type } from '@nestjs/common';
import { AppProcess as LaunchedApp } from '../../src/testing/app-process.js';
import { type AppOptions, testEnvironment } from './app.js';
import { LeakWatch } from './canaries.js';

/** An application in a process of its own, which a test may kill. Handlers come from a module file. */
export type AppProcess = LaunchedApp;

export const AppProcess = {
  /**
   * `stop` of what it resolves with throws when the process has written a secret, or something of a person.
   *
   * @param features - path of a file, relative to test/, that exports `features: Type[]`
   */
  async start(options: Omit<AppOptions, 'features'>, features?: string): Promise<AppProcess> {
    const env = testEnvironment({ ...options, env: { LOG_LEVEL: 'warn', ...options.env } });
    const app = await LaunchedApp.launch(
      path.join(process.cwd(), 'test/harness/app-process.main.ts'),
      features ? [path.join(process.cwd(), 'test', features)] : [],
      env,
    );
    const stop = app.stop.bind(app);
    app.stop = async (signal) => {
      const code = await stop(signal);
      const watch = new LeakWatch(env);
      watch.look(app.output);
      watch.check();
      return code;
    };
    return app;
  },
};

/** What a module file for {@link AppProcess.start} exports. */
export interface FeaturesFile {
  features: Type[];
}
