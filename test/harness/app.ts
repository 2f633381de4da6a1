import { createLogger } from '../../src/logging/logger.js';
import { type AppOptions, TestApp as App, testEnvironment } from '../../src/testing/test-app.js';
import { LeakWatch } from './canaries.js';

export {
  type Answer,
  type AppOptions,
  CONNECT_SECRET,
  deliver,
  type Delivery,
  DIRECT_SECRET,
  testEnvironment,
} from '../../src/testing/test-app.js';

/** One running application, in this process. Its whole log is looked at for what it must not say. */
export type TestApp = App;

export const TestApp = {
  /** `stop` of what it resolves with throws when the log had a secret in it, or something of a person. */
  async start(options: AppOptions): Promise<TestApp> {
    const watch = new LeakWatch(testEnvironment(options));
    const logger = createLogger('trace', { write: (line) => watch.look(line) });
    const app = await App.start({ logger, ...options });
    const stop = app.stop.bind(app);
    app.stop = async () => {
      await stop();
      watch.check();
    };
    return app;
  },
};
