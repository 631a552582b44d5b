import type { AddressInfo } from 'node:net';
import * as tls from 'node:tls';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import { type Credential, connect, loadCredential, openTrust, serve, type Trust } from '@entente/tls';
import { knowledge, makeCrl, SettableStore } from '../../../packages/tls/test/fixture.ts';
import type { Bench, BenchSuite } from '../suite.ts';

/**
 * Good handshakes that are refused all the same. Server and client are ours or bare Node in turn, TLS 1.3 and 1.2, and while they
 * run the trust state changes: lists are published again, certificates are renewed. Every single refusal is a fault.
 */
export const suite: BenchSuite = { name: 'false-refusals', measure };

const serverName = 'fe0.contoso.example';
const clientNames = Array.from({ length: 16 }, (_, index) => `fe${index + 1}.contoso.example`);
const inFlight = 16;
/** Handshakes between two changes of the trust state. */
const changeEvery = 100;

async function measure(bench: Bench): Promise<void> {
  const count = bench.short ? 500 : 10_000;
  await using parties = await prepare();
  const refused: string[] = [];
  let begun = 0;
  let admitted = 0;
  const startedAt = performance.now();
  const loop = async () => {
    while (begun < count) {
      const number = begun++;
      if (number % changeEvery === changeEvery - 1) await parties.change(number);
      const kind = kinds[number % kinds.length]!;
      const why = await kind.meet(parties, number);
      if (why === undefined) admitted += 1;
      else refused.push(`${kind.name}, handshake ${number}: ${why}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
  const seconds = (performance.now() - startedAt) / 1_000;
  bench.log(
    `${admitted} of ${count} good handshakes admitted, ${parties.changes} changes of the trust state meanwhile`,
  );
  const all = [...refused, ...parties.refusals];
  bench.figure('good handshakes', admitted, 'handshakes', { aim: { atLeast: count } });
  bench.figure('good handshakes refused', all.length, 'handshakes', { aim: { atMost: 0 } });
  bench.figure('handshakes per second, both sides in one process', count / seconds, '/s');
  // A run that refused somebody fails, as a run does that proves nothing.
  bench.invalid.push(...all.slice(0, 20));
}

interface Parties extends AsyncDisposable {
  readonly trust: Trust;
  readonly clients: readonly Credential[];
  /** Ports of a server of ours, and of bare servers by version. */
  readonly ours: number;
  readonly bare: Readonly<Record<Version, number>>;
  /** What our server has refused. */
  readonly refusals: string[];
  readonly changes: number;
  /** Publishes the lists again, and renews a certificate. */
  change(number: number): Promise<void>;
}

type Version = 'TLSv1.2' | 'TLSv1.3';

interface Kind {
  readonly name: string;
  /** @returns why the handshake was refused; undefined: both sides have admitted each other */
  meet(parties: Parties, number: number): Promise<string | undefined>;
}

const kinds: readonly Kind[] = [
  { name: 'our client, our server', meet: (parties, number) => byConnect(parties, number, parties.ours) },
  ...(['TLSv1.3', 'TLSv1.2'] as const).flatMap((version): readonly Kind[] => [
    {
      name: `bare client, our server (${version})`,
      meet: (parties, number) => byNode(parties, number, version),
    },
    {
      name: `our client, bare server (${version})`,
      meet: (parties, number) => byConnect(parties, number, parties.bare[version]),
    },
  ]),
];

async function byConnect(parties: Parties, number: number, port: number): Promise<string | undefined> {
  try {
    const socket = await connect({
      host: '127.0.0.1',
      port,
      trust: parties.trust,
      identity: clientOf(parties, number),
      allow: [serverName],
      expect: { mode: 'host', name: serverName },
      minVersion: 'TLSv1.2',
      timeoutMs: 60_000,
    });
    return await welcome(socket);
  } catch (error) {
    return String(error);
  }
}

function byNode(parties: Parties, number: number, version: Version): Promise<string | undefined> {
  const { certificatePem: cert, keyPem: key } = clientOf(parties, number).current;
  const settings = { cert, key, minVersion: version, maxVersion: version, rejectUnauthorized: false };
  return welcome(tls.connect({ host: '127.0.0.1', port: parties.ours, servername: serverName, ...settings }));
}

function clientOf({ clients }: Parties, number: number): Credential {
  return clients[number % clients.length]!;
}

/** Waits until the connection ends: a server that admits a client says so. */
function welcome(socket: tls.TLSSocket): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    let error: Error | undefined;
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.on('error', (seen: Error) => {
      error = seen;
    });
    socket.on('end', () => socket.end());
    socket.on('close', () =>
      resolve(text === 'welcome' ? undefined : String(error ?? 'closed without a word')),
    );
  });
}

async function prepare(): Promise<Parties> {
  const root = await createTestAuthority('Contoso Root');
  const issuing = await root.subordinate('Contoso Issuing');
  // Half of the peers are below the root itself, half below an intermediate.
  const issuerOf = (index: number): TestAuthority => (index % 2 === 0 ? root : issuing);
  const issued = async (index: number, name: string): Promise<{ certificate: string; key: string }> => {
    const { chainPem, keyPem } = await issuerOf(index).issue({ dnsNames: [name] });
    return { certificate: chainPem, key: keyPem };
  };
  let changes = 0;
  const lists = async () => knowledge(await makeCrl(root), await makeCrl(issuing));
  const crls = new SettableStore(await lists());
  const trust = await openTrust({
    anchors: { pem: root.certificatePem },
    crls,
    revocation: { mode: 'hard-fail' },
  });
  const own = await loadCredential(await issued(1, serverName));
  const clients = await Promise.all(
    clientNames.map(async (name, index) => loadCredential(await issued(index, name))),
  );
  const refusals: string[] = [];
  const server = await serve(
    tls,
    {
      trust,
      identity: own,
      allow: clientNames,
      host: '127.0.0.1',
      minVersion: 'TLSv1.2',
      onRefusal: ({ rejection, when }) => refusals.push(`our server, ${when}: ${rejection.message}`),
    },
    (socket) => socket.end('welcome'),
  );
  const bare = { 'TLSv1.2': await bareServer(own, 'TLSv1.2'), 'TLSv1.3': await bareServer(own, 'TLSv1.3') };
  return {
    trust,
    clients,
    ours: server.port,
    bare: { 'TLSv1.2': portOf(bare['TLSv1.2']), 'TLSv1.3': portOf(bare['TLSv1.3']) },
    refusals,
    get changes() {
      return changes;
    },
    async change(number) {
      changes += 1;
      crls.set(await lists());
      const index = number % clientNames.length;
      await clients[index]!.replace(await issued(index, clientNames[index]!));
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      for (const one of Object.values(bare)) one.close();
      await trust[Symbol.asyncDispose]();
    },
  };
}

/** A server that asks for a client certificate and judges nobody. */
async function bareServer({ current }: Credential, version: Version): Promise<tls.Server> {
  const server = tls.createServer({
    cert: current.certificatePem,
    key: current.keyPem,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => {});
    socket.end('welcome');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

function portOf(server: tls.Server): number {
  return (server.address() as AddressInfo).port;
}
