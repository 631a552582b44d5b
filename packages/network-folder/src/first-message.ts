import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { NetworkFolderFault } from './fault.ts';
import { clientFile } from './first-start.ts';
import { isFree, loopback } from './free-ports.ts';
import { homeOf, type NetworkPlan, readPlan, users } from './network-plan.ts';
import { type Line, Program } from './program.ts';
import { protectionText, wayOf } from './request-path.ts';

type User = (typeof users)[number];

/**
 * Registers alice and bob, has alice send bob a message, and shows the way that it took.
 * @param folder - absolute path of the folder of a network that runs
 * @param say - is shown the way, and what to do next
 * @throws NetworkFolderFault where the message does not arrive
 */
export async function hello(folder: string, say: (line: string) => void): Promise<void> {
  const plan = readPlan(folder);
  const { authority, domain } = plan;
  await refuseStopped(folder, plan);
  const [alice, bob] = users.map((user) => new Client(folder, plan, user)) as [Client, Client];
  try {
    await Promise.all([alice.register(), bob.register()]);
    say(`registered: ${[alice, bob].map(({ address, home }) => `${address} at ${home}`).join(', ')}`);
    const text = 'hello bob, this is alice';
    const arrived = bob.program.waitFor(
      (line) => line.event === 'message' && line.from === `sip:${alice.address}` && line.text === text,
    );
    // Where alice is refused, nothing is waited for any more.
    arrived.catch(() => {});
    const sentAt = performance.now();
    const { callId } = await alice.ask('message', { to: `sip:${bob.address}`, text });
    await inTime(arrived, bob.address);
    const tookMs = Math.round(performance.now() - sentAt);
    const way = await wayOf(folder, plan, String(callId));
    say(`\n${alice.address} → ${way?.servers[0] ?? alice.home}\n    ${alice.protection}`);
    for (const { from, protection, to } of way?.hops ?? [])
      say(`${from} → ${to}\n    ${protection}; each has shown the certificate of that name`);
    if (way === undefined)
      say(
        '(the way between the servers is not in their logs: logLevel: debug in fe1.yaml and fe2.yaml shows it)',
      );
    say(
      `${way?.servers.at(-1) ?? bob.home} → ${bob.address}, over the connection that the client of bob opened\n    ${bob.protection}`,
    );
    say(`\n✓ delivered in ${tookMs} ms: bob has received "${text}" from ${alice.address}`);
    say(`
Next:
  npx entente explain ${loopback}:${homeOf(plan, 'alice').ports.sip} --name ${domain} --anchors ca/root_ca.crt --address ${authority.name}=${loopback}
  npx entente trace ${String(callId)} logs/*.log
  npx entente user add carol@${domain} --md5-only --generate --as ca/administrators/admin.yaml
README.md shows how a telephone of your own registers, and how a certificate is revoked.`);
  } finally {
    await Promise.all([alice.program.stop(), bob.program.stop()]);
  }
}

/** The client of a user, a program of its own. */
class Client {
  readonly address: string;
  readonly home: string;
  readonly program: Program;
  /** Of its connection, once it has registered. */
  protection = '';

  constructor(folder: string, plan: NetworkPlan, user: User) {
    this.address = `${user}@${plan.domain}`;
    this.home = homeOf(plan, user).name;
    this.program = new Program('entente-demo-client', clientFile(user), {
      folder,
      name: `the client of ${user}`,
    });
  }

  async register(): Promise<void> {
    await this.program.waitFor(({ event }) => event === 'started');
    const connected = this.program.waitFor(({ event }) => event === 'connected');
    const [line] = await Promise.all([connected, this.ask('register', {})]);
    const { issuer, names = [] } = (line.certificate ?? {}) as { issuer?: string; names?: readonly string[] };
    this.protection = `${protectionText(line)}; the server has shown a certificate for ${names.join(', ')}, issued by ${issuer}`;
  }

  /** @throws NetworkFolderFault for any answer but 200 */
  async ask(what: string, parts: object): Promise<Line> {
    const id = what.length;
    const outcome = this.program.waitFor(
      (line) => line.id === id && ['done', 'refused', 'failed'].includes(String(line.event)),
    );
    this.program.send({ id, do: what, ...parts });
    const line = await outcome;
    if (line.status === 200) return line;
    throw new NetworkFolderFault('ENTENTE_NETWORK_NOT_DELIVERED', {
      sentence: `expected 200 for ${what}, found ${String(line.status ?? line.reason ?? line.msg)}`,
      place: this.address,
      remedy: String(line.remedy ?? `look for the reason in the logs: grep '"event":"refused"' logs/*.log`),
    });
  }
}

/** How long bob has, in milliseconds, after the servers have said that the message was delivered. */
const arrivesWithinMs = 10_000;

/** @throws NetworkFolderFault where the message does not come */
async function inTime(arrived: Promise<unknown>, address: string): Promise<void> {
  const ended = new AbortController();
  const late = pause(arrivesWithinMs, undefined, { signal: ended.signal }).then(() => {
    throw new NetworkFolderFault('ENTENTE_NETWORK_NOT_DELIVERED', {
      sentence: `the message was answered 200, and did not come within ${arrivesWithinMs / 1_000} seconds`,
      place: address,
      remedy: 'end other clients of this user, which may have it, and try again',
    });
  });
  try {
    await Promise.race([arrived, late]);
  } finally {
    ended.abort();
    late.catch(() => {});
  }
}

async function refuseStopped(folder: string, plan: NetworkPlan): Promise<void> {
  const listens = await Promise.all(
    users.map(async (user) => !(await isFree(homeOf(plan, user).ports.sip as number))),
  );
  if (listens.every(Boolean) && users.every((user) => existsSync(join(folder, clientFile(user))))) return;
  throw new NetworkFolderFault('ENTENTE_NETWORK_STOPPED', {
    sentence: 'expected the servers of the network to run, found that they do not',
    place: plan.domain,
    remedy: 'run npm start in another terminal, wait until it says that the network runs, and try again',
  });
}
