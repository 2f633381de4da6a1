import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { statfs } from 'node:fs/promises';

const INSIDE = 'TURNPIKE_FAULTS_OWN_MOUNTS';
const ROOMY = '4g';

/** Whether this process may make file systems of its own. */
const canMount = (): boolean => process.env[INSIDE] !== undefined;

/**
 * Runs this program again where its mounts are its own, so that they go with it however it ends. Where that is not
 * allowed, it goes on here, and no disk gets full.
 */
export async function withOwnMounts(program: () => Promise<number>): Promise<number> {
  const unshare = ['--mount', '--propagation', 'private', '--'];
  const allowed =
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    spawnSync('unshare', [...unshare, 'true']).status === 0;
  if (canMount() || !allowed) return program();
  const child = spawn(
    'unshare',
    [...unshare, process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    {
      stdio: 'inherit',
      env: { ...process.env, [INSIDE]: '1' },
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

/** A file system in memory whose size can be changed while it is used. */
export class SmallDisk {
  private constructor(readonly path: string) {}

  /** @returns nothing where that is not possible */
  static make(path: string): SmallDisk | undefined {
    if (!canMount()) return undefined;
    mkdirSync(path, { recursive: true });
    const made = spawnSync('mount', [
      '-t',
      'tmpfs',
      '-o',
      `size=${ROOMY},mode=0755`,
      'turnpike-faults',
      path,
    ]);
    return made.status === 0 ? new SmallDisk(path) : undefined;
  }

  /** Not a byte more goes on it than is there. */
  async fill(): Promise<void> {
    const { blocks, bfree, bsize } = await statfs(this.path);
    this.resize(`${Math.ceil(((blocks - bfree) * bsize) / 1_024)}k`);
  }

  empty(): void {
    this.resize(ROOMY);
  }

  remove(): void {
    spawnSync('umount', ['-l', this.path]);
    rmSync(this.path, { recursive: true, force: true });
  }

  private resize(size: string): void {
    const { status, stderr } = spawnSync('mount', ['-o', `remount,size=${size}`, this.path], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`The disk could not be made ${size}: ${stderr}`);
  }
}
