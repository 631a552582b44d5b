import { buildScript } from '../built.ts';
import type { HandshakeServerOrder, ServerUsage } from '../handshake/order.ts';
import { Inspector, inspectorPlace } from '../load/inspector.ts';
import type { LoadTls } from '../load/order.ts';
import { cores, nextMessage, startPinnedBuilt } from '../load/pinned-process.ts';
import type { PoolFrontEnd } from '../load/pool-front-end.ts';
import { type BenchResult, measured } from '../suite.ts';
import type { HeldUser } from './order.ts';
import { type Holder, startHolder } from './run-holder.ts';

/** How many idle connections are held: some to warm up, and further ones that are measured. */
export interface IdleCounts {
  readonly first: number;
  readonly further: number;
}

const aimKilobytes = 60;

/**
 * Resident memory of an idle connection of a front end, beside that of one of bare `node:tls`: of servers, whose certificates are judged,
 * and of users who have registered. Those of servers stay open while those of users come: what is freed would be used again and not be seen.
 *
 * @param pool with as many users as connections
 * @param inspector of its front end
 * @throws Error when a connection is refused or closed
 */
export async function idleConnections(
  pool: PoolFrontEnd,
  inspector: Inspector,
  counts: IdleCounts,
): Promise<readonly BenchResult[]> {
  const users = pool.byUser.pairs.flatMap(({ from, to }) => [from, to].map((one) => heldUser(one, pool)));
  const judged: Kind = { tls: pool.byServer.caller };
  const registered: Kind = { tls: pool.byUser.caller, users };
  using servers = startHolder();
  using telephones = startHolder();
  const ours = [
    await perConnection(servers, inspector, judged, counts),
    await perConnection(telephones, inspector, registered, counts),
  ] as const;
  await using script = await buildScript(new URL('../bare/handshake-server.ts', import.meta.url), 'tls');
  const bare = (kind: Kind): Promise<number> => bareConnection(script.file, pool, kind.tls, counts);
  const row = (whose: string, own: number, other: number): BenchResult =>
    measured(`resident memory of an idle connection of ${whose}`, own / 1000, 'kB', {
      against: { what: 'bare node:tls', value: other / 1000 },
      aim: { atMost: aimKilobytes },
    });
  return [
    row('a server, judged', ours[0], await bare(judged)),
    row('a registered user', ours[1], await bare(registered)),
  ];
}

/** A user of a pool, for a holder of connections. */
export function heldUser(uri: string, { password }: PoolFrontEnd): HeldUser {
  return { address: uri, username: uri.slice('sip:'.length, uri.indexOf('@')), password };
}

interface Kind {
  readonly tls: LoadTls;
  readonly users?: readonly HeldUser[];
}

async function perConnection(
  holder: Holder,
  inspector: Inspector,
  kind: Kind,
  { first, further }: IdleCounts,
): Promise<number> {
  const hold = async (upTo: number): Promise<number> => {
    await holder.tell({ type: 'idle', ...kind, upTo }, upTo);
    return (await inspector.collect()).resident;
  };
  const before = await hold(first);
  const after = await hold(first + further);
  // None of them was closed meanwhile.
  await holder.tell({ type: 'idle', ...kind, upTo: 0 }, first + further);
  return (after - before) / further;
}

async function bareConnection(
  script: string,
  pool: PoolFrontEnd,
  tls: LoadTls,
  counts: IdleCounts,
): Promise<number> {
  const { crlUrl, insider } = pool.network;
  const { chainPem, keyPem } = await insider.issue({ dnsNames: [tls.servername], crlUrl });
  const place = await inspectorPlace();
  // Node says on standard error that it is inspected.
  const child = startPinnedBuilt(script, cores.server, place.nodeFlags, 'ignore');
  try {
    const order: HandshakeServerOrder = {
      certificatePem: chainPem,
      keyPem,
      anchorPem: tls.anchorPem,
      crlsPem: [],
      clients: [],
      asksForCertificates: tls.identity !== undefined,
    };
    child.send(order);
    const { port } = await nextMessage<ServerUsage>(child);
    using inspector = await Inspector.open(place);
    using holder = startHolder();
    return await perConnection(holder, inspector, { tls: { ...tls, port } }, counts);
  } finally {
    child.kill();
  }
}

/**
 * Holds many idle connections of clients that have not registered.
 *
 * @throws Error when one is refused or closed
 */
export async function holdMany(pool: PoolFrontEnd, count: number): Promise<BenchResult> {
  using holder = startHolder();
  const order = { type: 'idle', tls: pool.byUser.caller } as const;
  await holder.tell({ ...order, upTo: count }, count);
  await holder.tell({ ...order, upTo: 0 }, count);
  return measured('held at once by a front end, idle', count, 'connections', { aim: { atLeast: count } });
}
