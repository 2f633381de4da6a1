import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, statSync } from 'node:fs';
import { inheritedEnvironment } from '../config/env.js';
import type { Command } from './processes.js';
import { readOrEmpty } from './processes.js';

/** How to run as somebody else than root, which Postgres refuses to be run by. */
export interface Unprivileged {
  /** The same command, without root's rights. */
  command(command: Command): Command;
  /** Hands a file or folder to the user the command runs as. */
  own(path: string): void;
}

const asIs: Unprivileged = { command: (command) => command, own: () => {} };

/**
 * As root: another user, but with the right to pass through folders of root's, such as a checkout in `/root`. Needs no
 * new system user. As anybody else: that user.
 *
 * @param folder - where it exists already, its owner is the user to run as
 */
export function unprivileged(folder: string): Unprivileged {
  if (process.getuid?.() !== 0) return asIs;
  const { uid, gid } = userFor(folder);
  const own = (path: string) => chownSync(path, uid, gid);
  const rights = '-all,+dac_override';
  const setpriv = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--securebits=+no_setuid_fixup',
    `--inh-caps=${rights}`,
    `--ambient-caps=${rights}`,
    `--bounding-set=${rights}`,
    '--',
  ];
  if (spawnSync('setpriv', [...setpriv, 'true']).status !== 0) {
    return { own, command: (command) => ({ ...command, uid, gid }) };
  }
  return {
    own,
    command: ({ program, args, ...options }) => ({
      ...options,
      program: 'setpriv',
      args: [...setpriv, program, ...args],
    }),
  };
}

function userFor(folder: string): { uid: number; gid: number } {
  const owner = existsSync(folder) ? statSync(folder) : undefined;
  if (owner && owner.uid !== 0) return owner;
  const { SUDO_UID: uid, SUDO_GID: gid } = inheritedEnvironment();
  if (Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid) };
  return systemUser('postgres') ?? systemUser('nobody') ?? { uid: 65_534, gid: 65_534 };
}

function systemUser(name: string): { uid: number; gid: number } | undefined {
  const line = readOrEmpty('/etc/passwd')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return Number(uid) > 0 ? { uid: Number(uid), gid: Number(gid) } : undefined;
}
