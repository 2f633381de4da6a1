import { withRedis } from '../../harness/redis.js';
import { isLauncherFault, type LinkName, type StackFaultKind } from '../plan/fault-plans.js';
import type { Link } from '../system/link.js';
import type { Member } from '../system/member.js';
import type { Stack } from '../system/stack.js';
import type { Inflict, Undo } from './nemesis.js';

interface Victim {
  stack: Stack;
  members: Member[];
  link: LinkName | undefined;
  amount: number;
}

type Fault = (victim: Victim) => Promise<Undo | 'impossible'> | Undo | 'impossible';

const killMember: Fault = async ({ members }) => {
  await Promise.all(members.map((member) => member.stop('SIGKILL')));
  return () => Promise.all(members.map((member) => member.launch()));
};

const freezeMember: Fault = ({ members }) => {
  for (const member of members) member.freeze();
  return () => members.forEach((member) => member.thaw());
};

const killServer =
  (kind: 'postgres' | 'redis'): Fault =>
  async ({ stack: { servers } }) => {
    await servers[kind].kill();
    return () => servers[kind].start();
  };

const freezeServer =
  (kind: 'postgres' | 'redis'): Fault =>
  ({ stack: { servers } }) => {
    servers[kind].freeze();
    return () => servers[kind].thaw();
  };

const onLinks =
  (change: (link: Link, amount: number) => void): Fault =>
  ({ members, link, amount }) => {
    const links = members.flatMap((member) => (link ? [member.links[link]] : []));
    for (const one of links) change(one, amount);
    return () => links.forEach((one) => one.mend());
  };

/** As it is done in operation: one process after the other, and Stripe signs with both secrets meanwhile. */
const rollKeys: Fault = async ({ stack, members }) => {
  stack.keys.begin();
  for (const member of members) {
    await member.stop();
    await member.launch().catch(() => undefined);
  }
  return undefined;
};

/** How to do each, and what undoes it. */
const faults: Record<StackFaultKind, Fault> = {
  'kill api': killMember,
  'kill worker': killMember,
  'kill postgres': killServer('postgres'),
  'kill redis': killServer('redis'),
  'freeze api': freezeMember,
  'freeze worker': freezeMember,
  'freeze postgres': freezeServer('postgres'),
  'freeze redis': freezeServer('redis'),
  'flush redis': async ({ stack }) => {
    await withRedis(stack.servers.redisUrl, (redis) => redis.flushall());
    return undefined;
  },
  'restart postgres': async ({ stack }) => {
    await stack.servers.postgres.restart();
    return undefined;
  },
  'restart worker': async ({ members }) => {
    for (const member of members) {
      await member.stop();
      await member.launch();
    }
    return undefined;
  },
  'connection limit': async ({ stack, amount }) => {
    await stack.limitConnections(amount);
    await stack.endConnections();
    return () => stack.limitConnections(-1);
  },
  'full disk': async ({ stack: { disk } }) => {
    if (!disk) return 'impossible';
    await disk.fill();
    return () => disk.empty();
  },
  'clock jump': ({ members, amount }) => {
    for (const member of members) member.setClock(amount);
    return () => members.forEach((member) => member.setClock(0));
  },
  'cut network': onLinks((link) => link.cut()),
  'silent network': onLinks((link) => link.silence()),
  'slow network': onLinks((link, amount) => link.slow(amount)),
  'roll keys': rollKeys,
};

/** Does faults to a system of several processes. */
export const faultsOf =
  (stack: Stack): Inflict =>
  ({ kind, parts, link, amount = 0 }) => {
    if (isLauncherFault(kind)) throw new Error(`There is no launcher for '${kind}'`);
    const members = stack.members.filter(({ name }) => (parts as string[]).includes(name));
    return faults[kind]({ stack, members, link, amount });
  };
