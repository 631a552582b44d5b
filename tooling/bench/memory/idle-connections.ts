import type { HandshakeServerOrder, ServerUsage } from '../handshake/order.ts';
import { Clients } from '../load/clients.ts';
import type { HeldUser, HoldOrder } from '../load/order.ts';
import type { PoolFrontEnd } from '../load/pool-front-end.ts';
import { Child } from '../process/child.ts';
import { Inspector, inspectorPlace } from '../process/inspector.ts';
import { cores } from '../process/pinned.ts';
import type { Bench } from '../suite.ts';

/** How many are held or done: some to warm up, and further ones that are measured. */
export interface Counts {
  readonly first: number;
  readonly further: number;
}

const aimKilobytes = 60;

/**
 * Resident memory of an idle connection of a front end, beside that of one of bare `node:tls`: of servers, whose certificates are judged,
 * and of users who have registered. Those of servers stay open while those of users come: what is freed would be used again and not be seen.
 *
 * @param pool - with as many users as connections
 * @param inspector - of its front end
 * @throws Error when a connection is refused or closed
 */
export async function idleConnections(
  bench: Bench,
  pool: PoolFrontEnd,
  inspector: Inspector,
  counts: Counts,
): Promise<void> {
  const { byServer, byUser } = pool;
  const users = byUser.pairs.flatMap(({ from, to }) => [from, to].map((one) => heldUser(one, pool)));
  const judged: Kind = { tls: byServer.caller };
  const registered: Kind = { tls: byUser.caller, users };
  await using servers = await Clients.start('servers');
  await using telephones = await Clients.start('users');
  const ofServer = await perConnection(servers, inspector, judged, counts);
  const ofUser = await perConnection(telephones, inspector, registered, counts);
  for (const [whose, own, kind] of [
    ['a server, judged', ofServer, judged],
    ['a registered user', ofUser, registered],
  ] as const)
    bench.figure(`resident memory of an idle connection of ${whose}`, own / 1000, 'kB', {
      against: { what: 'bare node:tls', value: (await bareConnection(pool, kind.tls, counts)) / 1000 },
      aim: { atMost: aimKilobytes },
    });
}

/** A user of a pool who registers. */
export function heldUser(uri: string, { password }: PoolFrontEnd): HeldUser {
  return { address: uri, username: uri.slice('sip:'.length, uri.indexOf('@')), password };
}

type Kind = Pick<HoldOrder, 'tls' | 'users'>;

async function perConnection(
  clients: Clients,
  inspector: Inspector,
  kind: Kind,
  { first, further }: Counts,
): Promise<number> {
  const hold = async (upTo: number): Promise<number> => {
    await clients.hold({ ...kind, upTo });
    return (await inspector.collect()).resident;
  };
  const before = await hold(first);
  const after = await hold(first + further);
  // None of them was closed meanwhile.
  await clients.hold({ ...kind, upTo: 0 }, first + further);
  return (after - before) / further;
}

async function bareConnection(pool: PoolFrontEnd, tls: Kind['tls'], counts: Counts): Promise<number> {
  const { crlUrl, insider } = pool.network;
  const { chainPem, keyPem } = await insider.issue({ dnsNames: [tls.servername], crlUrl });
  const place = await inspectorPlace();
  await using server = await Child.start(new URL('../bare/handshake-server.ts', import.meta.url), {
    room: 'tls',
    core: cores.server,
    flags: place.nodeFlags,
    // Node says on standard error that it is inspected.
    stderr: 'ignore',
  });
  const order: HandshakeServerOrder = {
    certificatePem: chainPem,
    keyPem,
    anchorPem: tls.anchorPem,
    crlsPem: [],
    clients: [],
    asksForCertificates: tls.identity !== undefined,
  };
  const { port } = await server.ask<ServerUsage>(order);
  using inspector = await Inspector.open(place);
  await using clients = await Clients.start('bare connections');
  return await perConnection(clients, inspector, { tls: { ...tls, port } }, counts);
}

/**
 * Holds many idle connections of clients that have not registered.
 *
 * @throws Error when one is refused or closed
 */
export async function holdMany(bench: Bench, pool: PoolFrontEnd, count: number): Promise<void> {
  await using clients = await Clients.start('idle connections');
  const { caller: tls } = pool.byUser;
  await clients.hold({ tls, upTo: count });
  await clients.hold({ tls, upTo: 0 }, count);
  bench.figure('held at once by a front end, idle', count, 'connections', { aim: { atLeast: count } });
}
