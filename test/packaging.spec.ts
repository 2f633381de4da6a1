import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { configVariables, loadConfig } from '../src/config/env.js';

interface Service {
  image: string;
  build?: string;
  command?: string[];
  restart?: string;
  environment: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  stop_grace_period?: string;
  volumes?: string[];
  user?: string;
  privileged?: boolean;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  ports?: string[];
  network_mode?: string;
  pid?: string;
}

const read = (file: string): string => readFileSync(file, 'utf8');
const composeText = read('docker-compose.yml');
const { services, volumes } = parse(composeText, { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
const own = Object.entries(services).filter(([, { build }]) => build !== undefined);
const service = (name: string): Service => {
  const found = services[name];
  if (!found) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
};

/** The instructions of the Dockerfile, one list for each stage. */
const stages = read('Dockerfile')
  .replaceAll(/\\\n/g, ' ')
  .split(/^(?=FROM )/m)
  .map((stage) => stage.split('\n').filter((line) => /^[A-Z]+ /.test(line)))
  .filter(([first]) => first?.startsWith('FROM '));
const image = stages.at(-1) ?? [];
const instruction = (name: string): string => {
  const line = image.findLast((one) => one.startsWith(`${name} `));
  if (!line) throw new Error(`The last stage of the Dockerfile has no ${name}`);
  return line.slice(name.length + 1);
};
const imageEnvironment = Object.fromEntries(
  image
    .filter((line) => line.startsWith('ENV '))
    .map((line) => /^ENV (\w+)=(.*)$/.exec(line)?.slice(1) as [string, string]),
);
const imageCommand = JSON.parse(instruction('CMD')) as string[];

/** What an operator sets to satisfy every `${VARIABLE:?message}` of docker-compose.yml. */
const given: Record<string, string> = {
  POSTGRES_PASSWORD: 'postgres-password',
  REDIS_PASSWORD: 'redis-password',
  PROCESS_MODE: 'live',
  STRIPE_DIRECT_WEBHOOK_SECRETS: 'whsec_direct',
  STRIPE_CONNECT_WEBHOOK_SECRETS: 'whsec_connect',
};
const REFERENCE = /\$\{(?<name>\w+)(?::(?<operator>[?-])(?<rest>[^}]*))?\}/g;
const interpolate = (text: string): string =>
  text.replaceAll(REFERENCE, (_match, name: string, operator: string | undefined, rest: string) => {
    const value = given[name] ?? (operator === '-' ? rest : undefined);
    if (value === undefined) throw new Error(`${name} is required, and this test does not set it`);
    return value;
  });
const environmentOf = (name: string): Record<string, string> => ({
  ...imageEnvironment,
  ...Object.fromEntries(
    Object.entries(service(name).environment).map(([key, value]) => [key, interpolate(value)]),
  ),
});

describe('docker-compose.yml', () => {
  it('has the services of a whole installation', () => {
    expect(Object.keys(services)).toEqual(['postgres', 'redis', 'migrate', 'api', 'worker']);
    expect(own.map(([name]) => name)).toEqual(['migrate', 'api', 'worker']);
  });

  it('checks the health of every service that stays, through the image or by itself', () => {
    const fromImage = instruction('HEALTHCHECK').length > 0;
    for (const [name, { healthcheck, build }] of Object.entries(services)) {
      const checked = healthcheck?.test !== undefined || (build !== undefined && fromImage);
      expect([name, checked && !healthcheck?.disable]).toEqual([name, name !== 'migrate']);
    }
  });

  it('migrates once Postgres answers, and starts nothing on an old schema', () => {
    expect(service('migrate').depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(service('migrate').restart).not.toMatch(/always|unless-stopped/);
    for (const name of ['api', 'worker']) {
      expect(service(name).depends_on?.migrate).toEqual({ condition: 'service_completed_successfully' });
    }
  });

  it('gives the processes only variables that the configuration knows', () => {
    const known = [...configVariables.map(({ name }) => name), 'NODE_OPTIONS'];
    for (const [name] of own) {
      expect(Object.keys(environmentOf(name)).filter((variable) => !known.includes(variable))).toEqual([]);
    }
  });

  it('gives the processes a configuration that they accept', () => {
    expect(loadConfig(environmentOf('api'))).toMatchObject({ ROLE: 'api', HOST: '0.0.0.0', PORT: 4242 });
    const worker = loadConfig({ ...environmentOf('worker'), ROLE: 'worker' });
    expect(worker).toMatchObject({ NODE_ENV: 'production', PROCESS_MODE: 'live' });
    expect(environmentOf('migrate')).toHaveProperty('DATABASE_URL', worker.DATABASE_URL);
  });

  it('shows signing secrets to the receiving process only', () => {
    const names = own.filter(([, { environment }]) =>
      Object.keys(environment).some((v) => v.endsWith('SECRETS')),
    );
    expect(names.map(([name]) => name)).toEqual(['api']);
  });

  it('connects to the database and the Redis that it starts', () => {
    const { DATABASE_URL, REDIS_URL } = loadConfig(environmentOf('api'));
    const { POSTGRES_DB, POSTGRES_USER, POSTGRES_PASSWORD } = environmentOf('postgres');
    expect(DATABASE_URL).toBe(
      `postgresql://${POSTGRES_USER}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB}`,
    );
    const command = service('redis').command?.map(interpolate) ?? [];
    expect(REDIS_URL).toBe(`redis://:${command[command.indexOf('--requirepass') + 1]}@redis:6379/0`);
    expect(command.join(' ')).toMatch(/--appendonly yes .*--maxmemory-policy noeviction/);
  });

  it('keeps on volumes what must outlive a container', () => {
    const mounts = new Set(Object.values(services).flatMap(({ volumes: used = [] }) => used));
    const data = `data:${imageEnvironment.DATA_DIR}`;
    expect([...mounts]).toEqual(['postgres:/var/lib/postgresql', 'redis:/data', data]);
    expect(Object.keys(volumes)).toEqual([...mounts].map((mount) => mount.split(':', 1)[0]));
    // The api keeps decisions there, the worker mail; nothing else of theirs can be written.
    for (const name of ['api', 'worker']) expect(service(name).volumes).toEqual([data]);
    expect(service('migrate').volumes).toBeUndefined();
  });

  it('gives its processes no root, no capability, no way to more of them, and no writable file system', () => {
    for (const [name, one] of own) {
      expect([name, one]).toEqual([
        name,
        expect.objectContaining({
          read_only: true,
          cap_drop: ['ALL'],
          security_opt: ['no-new-privileges:true'],
        }),
      ]);
      for (const more of ['user', 'privileged', 'cap_add', 'network_mode', 'pid'] as const) {
        expect([name, more, one[more]]).toEqual([name, more, undefined]);
      }
    }
    expect(instruction('USER')).toBe('node');
  });

  it('opens one port, to this machine alone: what is before it decides who may come', () => {
    const ports = Object.entries(services).flatMap(([name, { ports: open = [] }]) =>
      open.map((port) => [name, port]),
    );
    expect(ports).toEqual([['api', expect.stringMatching(/^127\.0\.0\.1:.*:4242$/)]]);
  });

  it('contains no secret: each comes from the environment, and its absence is explained', () => {
    const unexplained = [...composeText.matchAll(REFERENCE)].filter(
      ({ groups }) => given[groups?.name ?? ''] && !groups?.rest?.startsWith('set '),
    );
    expect(unexplained.map(([reference]) => reference)).toEqual([]);
    expect(composeText).not.toMatch(/whsec_|sk_|rk_/);
  });

  it('lets the handlers in flight finish before a process is killed', () => {
    const { SHUTDOWN_TIMEOUT_MS } = loadConfig(environmentOf('api'));
    for (const name of ['api', 'worker']) {
      expect(Number.parseInt(service(name).stop_grace_period ?? '', 10) * 1_000).toBeGreaterThan(
        SHUTDOWN_TIMEOUT_MS,
      );
    }
  });
});

describe('the image', () => {
  let server: Server | undefined;
  afterAll(() => {
    server?.close();
  });

  it('runs files that the build produces', () => {
    const commands = [imageCommand, ...own.map(([, { command }]) => command ?? imageCommand)];
    for (const [program, file = ''] of commands) {
      expect(program).toBe('node');
      expect(existsSync(file.replace(/^dist\/(.+)\.js$/, '$1.ts'))).toBe(true);
    }
    const { include } = parse(read('tsconfig.build.json')) as { include: string[] };
    const copied = image.filter((line) => line.startsWith('COPY --from=build '));
    expect(new Set(copied.map((line) => line.split(' ').at(-1)))).toEqual(
      new Set(include.map((folder) => `./dist/${folder}`)),
    );
  });

  it('runs as a user who is not root, without development packages, in production mode', () => {
    expect(instruction('USER')).toBe('node');
    expect(image.findIndex((line) => line.startsWith('USER '))).toBeLessThan(
      image.findIndex((line) => line.startsWith('CMD ')),
    );
    expect(imageEnvironment).toEqual({
      NODE_ENV: 'production',
      DATA_DIR: '/data',
      NODE_OPTIONS: '--max-semi-space-size=32',
    });
    expect(image.join('\n')).toMatch(/npm ci --omit=dev --omit=optional/);
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    const [minimum = 0] = engines.node.match(/\d+/)?.map(Number) ?? [];
    for (const [from = ''] of stages) {
      expect(Number(/^FROM node:(\d+)-slim/.exec(from)?.[1])).toBeGreaterThanOrEqual(minimum);
    }
  });

  it('is built without any install script or download beside npm ci', () => {
    const runs = stages.flat().filter((line) => line.startsWith('RUN '));
    for (const run of runs) expect(run).not.toMatch(/curl|wget|apt|npx|npm (?:i|install)\b/);
    const installs = runs.filter((run) => run.includes('npm ci'));
    expect(installs).toHaveLength(stages.length);
    for (const install of installs) expect(install).toContain('--ignore-scripts');
    expect(stages.flat().filter((line) => line.startsWith('ADD '))).toEqual([]);
  });

  it('gets nothing from the folder that .dockerignore does not let through by name', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    const copied = stages.flat().filter((line) => /^COPY (?!--from)/.test(line));
    const sources = new Set(copied.flatMap((line) => line.split(' ').slice(1, -1)));
    expect(new Set(allowed.map((line) => line.slice(1)))).toEqual(sources);
    expect(read('.dockerignore')).toMatch(/^\*$/m);
  });

  it('is healthy exactly while the process answers on its port', async () => {
    let status = 200;
    server = createServer((request, response) => {
      response.writeHead(request.url === '/health/live' ? status : 404).end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server?.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const [program = '', ...args] = JSON.parse(
      instruction('HEALTHCHECK').replace(/^.*? CMD /, ''),
    ) as string[];
    const check = () =>
      promisify(execFile)(program, args, { env: { PATH: process.env.PATH, PORT: String(port) } });
    await expect(check()).resolves.toBeDefined();
    status = 503;
    await expect(check()).rejects.toMatchObject({ code: 1 });
    server.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
    await expect(check()).rejects.toMatchObject({ code: 1 });
  });
});

describe('package-lock.json', () => {
  it('names every optional package of every platform, so that npm ci accepts it anywhere', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`${place}/node_modules/${name}`] && !packages[`node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });
});
