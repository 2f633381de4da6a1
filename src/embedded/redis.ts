import { mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import type { DataFolder } from './data-folder.js';
import { findRedis } from './redis-program.js';
import { Service } from './service.js';

export interface RedisOptions {
  readonly port: number;
  readonly password: string;
  readonly autoRestart: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Finds or fetches the program and writes its configuration, and gives the server, not yet started. */
export async function prepareRedis(folder: DataFolder, options: RedisOptions): Promise<Service> {
  const program = await findRedis(folder, options.signal);
  const data = `${folder.path}/redis`;
  mkdirSync(data, { recursive: true, mode: 0o700 });
  writeFileSync(`${data}/redis.conf`, configuration(data, options), { mode: 0o600 });
  return new Service(
    {
      kind: 'redis',
      title: 'Redis',
      command: { program: program.path, args: [`${data}/redis.conf`], env: program.env },
      isReady: () => answers(options),
    },
    folder,
    options.autoRestart,
  );
}

export const redisUrl = ({ port, password }: { port: number; password: string }, database = 0) =>
  `redis://:${password}@127.0.0.1:${port}/${database}`;

/** Jobs survive a restart, and are never evicted. */
const configuration = (data: string, { port, password }: RedisOptions) => `
bind 127.0.0.1
port ${port}
requirepass ${password}
dir ${JSON.stringify(data)}
daemonize no
databases 64
appendonly yes
appendfsync everysec
aof-load-truncated yes
save ""
maxmemory-policy noeviction
`;

/** Whether it takes commands; while it loads its data it refuses them. */
function answers({ port, password }: RedisOptions): Promise<boolean> {
  return new Promise((resolve) => {
    let reply = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    const end = (answer: boolean) => {
      resolve(answer);
      socket.destroy();
    };
    socket.setTimeout(500, () => end(false));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
    socket.on('data', (chunk) => {
      reply += chunk.toString();
      if (reply.includes('+PONG')) end(true);
      else if (/^-/m.test(reply)) end(false);
    });
  });
}
