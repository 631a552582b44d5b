import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { endWithLauncher } from '../../../packages/testkit/src/process/end-with-launcher.ts';
import { loopbackForwarder } from '../../scenarios/machines/loopback-forwarder.ts';
import type { MemberPlace } from './planned-servers.ts';

/** Programs of Linux that it takes, with the packages that bring them. */
const needed: readonly (readonly [program: string, name: string])[] = [
  ['ip', 'iproute2'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['setpriv', 'util-linux'],
];

/** Why there are no networks of their own here; undefined where there are. */
export function noNamespaces(): string | undefined {
  for (const [program, name] of needed)
    if (spawnSync(program, ['--version']).error !== undefined)
      return `${program} is not installed (package ${name}): no link can be cut, and no machine lose power`;
  return undefined;
}

/** Networks of their own for members of a pool, and a router between them, which is this process' own network. */
export interface MemberNetworks extends Disposable {
  readonly places: readonly MemberPlace[];
  /** From now on the router drops what these two send each other, and tells neither. */
  cut(one: number, other: number): void;
  /** It passes everything again. */
  heal(one: number, other: number): void;
  /**
   * Lets every member find a server of this process' network on loopback.
   * @param port - on loopback
   * @param socket - file of the server
   */
  forward(port: number, socket: string): Promise<void>;
}

const pollMs = 5;
/**
 * Creates networks. This process is in a network of its own already, where it may do so.
 * @param count - how many
 */
export async function createMemberNetworks(count: number): Promise<MemberNetworks> {
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
  const holders: ChildProcess[] = [];
  const places: MemberPlace[] = [];
  for (let index = 0; index < count; index++) {
    const holder = endWithLauncher(spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' }));
    holders.push(holder);
    const pid = holder.pid as number;
    const own = networkOf('self');
    while (networkOf(pid) === own) await new Promise((resolve) => setTimeout(resolve, pollMs));
    const launcher = ['nsenter', `--net=/proc/${pid}/ns/net`];
    const inside = (...command: string[]): void => run(...launcher, ...command);
    const router = `10.77.${index}.1`;
    const address = `10.77.${index}.2`;
    const name = `member${index}`;
    const hardware = `02:00:00:00:00:0${index}`;
    const peer = ['peer', 'name', 'eth0', 'address', hardware, 'netns', `${pid}`];
    run('ip', 'link', 'add', name, 'type', 'veth', ...peer);
    run('ip', 'address', 'add', `${router}/24`, 'dev', name);
    run('ip', 'link', 'set', name, 'up');
    // Otherwise the router would say of a machine without power, after seconds, that it is not there.
    run('ip', 'neighbour', 'add', address, 'lladdr', hardware, 'dev', name, 'nud', 'permanent');
    inside('ip', 'address', 'add', `${address}/24`, 'dev', 'eth0');
    inside('ip', 'link', 'set', 'lo', 'up');
    const power = {
      off: () => inside('ip', 'link', 'set', 'eth0', 'down'),
      on() {
        inside('ip', 'link', 'set', 'eth0', 'up');
        inside('ip', 'route', 'add', 'default', 'via', router);
      },
    };
    power.on();
    places.push({ address, authority: '10.77.0.1', launcher, power });
  }
  const rule = (action: 'add' | 'del', one: number, other: number): void => {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const)
      run('ip', 'rule', action, 'from', places[from]!.address, 'to', places[to]!.address, 'blackhole');
  };
  return {
    places,
    cut: (one, other) => rule('add', one, other),
    heal: (one, other) => rule('del', one, other),
    async forward(port, socket) {
      for (const { launcher = [] } of places) {
        const [program, ...args] = [
          ...launcher,
          process.execPath,
          '-e',
          loopbackForwarder,
          `${port}`,
          socket,
        ];
        const forwarding = endWithLauncher(
          spawn(program as string, args, { stdio: ['ignore', 'pipe', 'inherit'] }),
        );
        holders.push(forwarding);
        await once(forwarding.stdout as Readable, 'data');
      }
    },
    [Symbol.dispose]() {
      for (const holder of holders) holder.kill('SIGKILL');
    },
  };
}

function networkOf(pid: number | 'self'): string {
  return readlinkSync(`/proc/${pid}/ns/net`);
}

function run(...command: string[]): void {
  const [program, ...args] = command as [string, ...string[]];
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
