import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * Reads, line by line, whom to stop: `SIGNAL:pid SIGNAL:pid ...`, the last line counts. When its input ends, because
 * the process that wrote it is gone, it stops them in that order, then removes the folder it was told to remove.
 */
const script = `
trap '' INT TERM HUP
list=
while read -r line; do
  [ "$line" = dismissed ] && exit 0
  list=$line
done
alive() {
  kill -0 "$1" 2>/dev/null || return 1
  [ -r "/proc/$1/stat" ] || return 0
  read -r stat <"/proc/$1/stat" || return 1
  case $stat in *') Z '*|*') X '*) return 1 ;; esac
}
for entry in $list; do
  pid=\${entry#*:}
  alive "$pid" || continue
  kill -s "\${entry%%:*}" -- "-$pid" 2>/dev/null
  tenths=0
  while alive "$pid" && [ $tenths -lt 300 ]; do sleep 0.1; tenths=$((tenths + 1)); done
  alive "$pid" && kill -s KILL -- "-$pid" 2>/dev/null
done
[ -z "$1" ] || rm -rf -- "$1"
`;

/** A shell that outlives even a `kill -9` of this process, and then stops what this process had started. */
export class Guard {
  private readonly shell: ChildProcess;
  private readonly input: Writable;

  /** @param folder - removed when the guard had to act; for temporary folders */
  constructor(folder = '') {
    this.shell = spawn('/bin/sh', ['-c', script, 'guard', folder], {
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    if (!this.shell.stdin) throw new Error('The guard has no input');
    this.input = this.shell.stdin;
    this.input.on('error', () => {}); // killed: then the next start cleans up
    this.shell.on('error', () => {});
    this.shell.unref();
    if ('unref' in this.input && typeof this.input.unref === 'function') this.input.unref();
  }

  get pid(): number | undefined {
    return this.shell.pid;
  }

  /** Whom to stop, first ones first: processes that lead their own group. */
  watch(targets: readonly { pid: number; signal: NodeJS.Signals }[]): void {
    this.input.write(
      `${targets.map(({ pid, signal }) => `${signal.replace('SIG', '')}:${pid}`).join(' ')}\n`,
    );
  }

  dismiss(): void {
    this.input.end('dismissed\n');
  }
}
