import { once } from 'node:events';
import { migrate } from '../../src/database/migrate.js';

/** One of several processes that migrate the same database: it waits for a line, so that all start at once. */
console.log('ready');
await once(process.stdin, 'data');
console.log(`ran ${JSON.stringify(await migrate(process.argv[2] ?? ''))}`);
process.exit(0);
