import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { type AppProcess, type Network, startNetwork } from '@entente/testkit';
import { anchorOf, startPublicAuthority } from '@entente/testkit/repository';
import { type Random, seededRandom } from '../random.ts';
import { HostilePeer, type PeerSetting } from './hostile-peer.ts';
import { saysFault } from './says-fault.ts';

/** Servers that run, peers that mean them harm, and good clients that want to be served all the while. */
export interface ServersUnderTest extends AsyncDisposable {
  readonly peers: readonly HostilePeer[];
  /** Front ends and edge. */
  readonly servers: readonly AppProcess[];
  /** What the servers have logged of faults of their own, until now. */
  readonly faults: readonly string[];
  /** Sends messages between good clients, inside and through the edge. @throws Error where one did not arrive */
  deliver(text: string): Promise<void>;
  /** Bytes of heap that each server keeps when its garbage is gone. @throws Error where a server has ended */
  heaps(): Promise<readonly { readonly server: string; readonly bytes: number }[]>;
}

const partner = 'litware.example';
const partnerHost = `sip.${partner}`;
const probe = fileURLToPath(new URL('./heap-probe.ts', import.meta.url));
const answerMs = 30_000;

/**
 * Starts an organisation with two front ends and an edge, each a process of its own, and a partner that the fuzzer plays.
 * @param seed - of what the peers send
 * @param onStep - hears what is done
 */
export async function startServersUnderTest(
  seed: number,
  onStep: (step: string) => void,
): Promise<ServersUnderTest> {
  const opened: AsyncDisposable[] = [];
  const stop = async (): Promise<void> => {
    for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
  };
  try {
    const authority = await startPublicAuthority('Litware Root', `crl.${partner}`);
    opened.push(authority);
    const root = Buffer.from(authority.authority.certificatePem.replace(/-----[^-]*-----|\s/g, ''), 'base64');
    const faults: string[] = [];
    const network = await startNetwork({
      clients: ['alice', 'carol', 'erin'],
      serverArguments: ['--import', probe],
      otherHosts: [partnerHost, authority.host],
      partners: [
        { kind: 'allowed-domain', id: 'litware', domains: [partner], anchors: [anchorOf('root', root)] },
      ],
      onStep,
      onProcess: (process) =>
        void process.onRecord((record) => {
          if (saysFault(record)) faults.push(`${process.name}: ${JSON.stringify(record).slice(0, 2_000)}`);
        }),
    });
    opened.push(network);
    const { chainPem: cert, keyPem: key } = await authority.issue([partner, partnerHost]);
    const certificate = { cert, key };
    const peers = peersOf(network, certificate, seed);
    const inbound = peers.filter(({ name }) => name.startsWith('partner'));
    const listener = tls.createServer(
      { ...certificate, requestCert: true, rejectUnauthorized: false },
      (socket) => inbound[0]?.take(socket),
    );
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    network.services.set(`_sipfederationtls._tcp.${partner}`, [{ target: partnerHost, port }]);
    opened.push({
      async [Symbol.asyncDispose]() {
        for (const peer of peers) peer.close();
        listener.close();
      },
    });
    const servers = [...network.frontEnds, ...(network.edge === undefined ? [] : [network.edge])];
    return {
      peers,
      servers,
      faults,
      deliver: (text) => deliver(network, text),
      heaps: async () => {
        const found: { server: string; bytes: number }[] = [];
        for (const server of servers) found.push({ server: server.name, bytes: await heapOf(server) });
        return found;
      },
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function deliver(network: Network, text: string): Promise<void> {
  const pairs = [
    ['alice', 'carol'],
    ['erin', 'alice'],
    ['carol', 'erin'],
  ] as const;
  for (const [from, to] of pairs) {
    const words = `${text}, ${from} to ${to}`;
    const sent = network.user(from).message(`sip:${network.user(to).user.address}`, words);
    const arrived = Promise.all([sent, network.user(to).received(words)]);
    const late = AbortSignal.timeout(answerMs);
    const tooLate = new Promise<never>((_, reject) =>
      late.addEventListener('abort', () =>
        reject(
          new Error(
            `"${words}" did not arrive within ${answerMs} ms; ${lastWordsOf(network, from)}; ${lastWordsOf(network, to)}`,
          ),
        ),
      ),
    );
    const [outcome] = await Promise.race([arrived, tooLate]);
    if (outcome.status !== 200) throw new Error(`"${words}" was answered ${JSON.stringify(outcome.record)}`);
  }
}

function lastWordsOf(network: Network, user: string): string {
  const { records } = network.user(user).process;
  return `${user} said last ${records
    .slice(-4)
    .map((record) => JSON.stringify(record))
    .join(', ')}`;
}

function heapOf(server: AppProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      forget();
      reject(new Error(`${server.name} did not say how much heap it has within ${answerMs} ms`));
    }, answerMs);
    const forget = server.onRecord((record) => {
      if (record.event !== 'heap') return;
      clearTimeout(late);
      forget();
      resolve(Number(record.bytes));
    });
    try {
      process.kill(server.pid, 'SIGUSR2');
    } catch {
      clearTimeout(late);
      forget();
      reject(new Error(`${server.name} has ended`));
    }
  });
}

/** Unknown peers, users with their password and a partner; at front ends and at both listeners of the edge. */
function peersOf(
  { organisation }: Network,
  certificate: { readonly cert: string; readonly key: string },
  seed: number,
): HostilePeer[] {
  const { authority, domain, edge, frontEnds, gateway, mediation, pool, users } = organisation;
  const inside = [authority, edge, gateway, mediation, ...frontEnds].map(({ fqdn }) => fqdn).concat(pool);
  const outside = [domain, edge.externalFqdn, partnerHost, 'client.invalid'];
  const targets = ['alice', 'bob', 'carol', 'dave', 'erin', 'nobody'].map((user) => `sip:${user}@${domain}`);
  const foreign = [`sip:carl@${partner}`, 'sip:x@northwind.example', `sip:${domain}`];
  const passwordOf = (user: string) =>
    users.find(({ address }) => address === `${user}@${domain}`)?.password ?? '';
  let last = 0;
  const peer = (
    name: string,
    user: string,
    at: Pick<PeerSetting, 'port' | 'servername'> & Partial<PeerSetting>,
    { hosts = outside, password = true } = {},
  ): HostilePeer => {
    last += 1;
    const random: Random = seededRandom(seed * 1_009 + last);
    const isPartner = at.certificate !== undefined;
    return new HostilePeer(
      {
        localAddress: `127.0.1.${last}`,
        forbidden: [],
        ...at,
        identity: {
          name,
          address: isPartner ? `${user}@${partner}` : `${user}@${domain}`,
          host: isPartner ? partnerHost : 'client.invalid',
          targets: [...targets, ...foreign],
          hosts,
          ...(password && !isPartner ? { password: passwordOf(user) } : {}),
        },
      },
      random,
    );
  };
  const [first, second] = frontEnds.map(({ fqdn, port }) => ({ port, servername: fqdn }));
  if (first === undefined || second === undefined) throw new Error('the test network has two front ends');
  const clients = { port: edge.externalPorts.clients, servername: edge.externalFqdn, forbidden: inside };
  const federation = {
    port: edge.externalPorts.federation,
    servername: edge.externalFqdn,
    certificate,
    forbidden: inside,
  };
  const anyHost = { hosts: [...inside, ...outside] };
  return [
    peer('partner', 'carl', federation),
    peer('partner that knows names', 'carl', { ...federation, forbidden: [] }, anyHost),
    peer('unknown peer at fe1', 'mallory', first, { ...anyHost, password: false }),
    peer('unknown peer at fe2', 'bob', second, { ...anyHost, password: false }),
    peer('user at fe1', 'dave', first, anyHost),
    peer('user at fe2', 'bob', second, anyHost),
    peer('user away from home', 'bob', first),
    peer('unknown peer at the edge', 'bob', clients, { password: false }),
    peer('user at the edge', 'bob', clients),
    peer('user at the edge that knows names', 'bob', { ...clients, forbidden: [] }, anyHost),
  ];
}
