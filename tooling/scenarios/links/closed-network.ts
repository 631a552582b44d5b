import { once } from 'node:events';
import net from 'node:net';
import type { Account } from '@entente/accounts';
import { KnownAccounts } from '@entente/accounts/feed';
import { serveDirector } from '@entente/director';
import { serveMediation } from '@entente/mediation';
import type { FollowedAccounts } from '@entente/member';
import { freePorts } from '@entente/testkit';
import { type LinkNarrowing, links, type ServerEntry } from '@entente/topology';
import type { ServerPeer } from '../../../packages/mediation/test/server-peer.ts';
import { Opened } from '../harness/opened.ts';
import { edgeName, frontEndName, startPerimeter } from '../links-outside/testing/perimeter.ts';
import { sipRows } from './sip-link-ends.ts';

const domain = 'contoso.example';
type SipRole = 'front-end' | 'edge' | 'director' | 'mediation';

/** Servers that run, by role. */
export const running: Readonly<Record<SipRole, string>> = {
  'front-end': frontEndName,
  edge: edgeName,
  director: `dir1.${domain}`,
  mediation: `med1.${domain}`,
};

/** Servers that those which run may not have a link with. */
export const shut: Readonly<Record<SipRole | 'gateway' | 'trusted-application', string>> = {
  'front-end': `fe9.${domain}`,
  edge: `edge9.${domain}`,
  director: `dir9.${domain}`,
  mediation: `med9.${domain}`,
  gateway: `gw9.${domain}`,
  'trusted-application': `chat9.${domain}`,
};

/** Servers whose requests those which run take. */
const asking = { fe2: 'front-end', edge2: 'edge', gw2: 'gateway' } as const;

/** Users, with their numbers: alice is at home at the front end that runs, bob at the one that is shut. */
export const users = { alice: `alice@${domain}`, bob: `bob@${domain}` };
export const bobsNumber = '+4930999';
export const partnerNumber = '+4940123';

/** Every row closed between a server that runs and the others that stand or would stand there. */
function closedRows(): LinkNarrowing[] {
  const named = (group: Readonly<Record<string, string>>, party: string | undefined) =>
    group[party ?? ''] === undefined ? [] : [group[party ?? ''] as string];
  return sipRows.flatMap(({ a, b, row }) => {
    const [partyA] = a.parties;
    const [partyB] = b.parties;
    const sides = [
      { a: named(running, partyA), b: [...named(shut, partyB), ...named(running, partyB)] },
      { a: named(shut, partyA), b: named(running, partyB) },
    ];
    return sides
      .filter((side) => side.a.length > 0 && side.b.length > 0)
      .filter((side) => side.a[0] !== side.b[0])
      .map((side) => ({
        row,
        closed: true as const,
        ...side,
        b: side.b.filter((name) => name !== side.a[0]),
      }));
  });
}

/** A front end, an edge, a director and a mediation server in this process, all of whose rows to servers that count how often they are dialled are closed. */
export async function startClosedNetwork() {
  const ports = await freePorts(20);
  const at = (more: Record<string, number> = {}) => ({
    internal: { address: '127.0.0.1', ports: { sip: ports.pop() as number, ...more } },
  });
  const entry = (
    fqdn: string,
    role: ServerEntry['role'],
    more: Record<string, number> = {},
  ): ServerEntry => ({
    fqdn,
    role,
    interfaces: at(more),
  });
  const edgePool = `edges.${domain}`;
  const servers: readonly ServerEntry[] = [
    ...Object.entries(shut).map(([role, fqdn]) => ({
      ...entry(fqdn, role as ServerEntry['role']),
      ...(role === 'edge' ? { pool: edgePool } : {}),
    })),
    entry(running.director, 'director'),
    entry(running.mediation, 'mediation', { gateway: ports.pop() as number }),
    ...Object.entries(asking).map(([name, role]) => entry(`${name}.${domain}`, role)),
  ];
  const opened = new Opened();
  const network = opened.use(
    await startPerimeter(closedRows(), {
      servers,
      edgePool,
      pools: [{ fqdn: edgePool, role: 'edge' }],
      users: { [users.alice]: running['front-end'], [users.bob]: shut['front-end'] },
      numbers: ['+4940'],
      telephony: { routes: [{ prefix: '+', gateway: shut.gateway }], healthSeconds: 3_600 },
    }),
  );
  const placeOf = (fqdn: string) => network.allowing.servers.get(fqdn)?.interfaces.internal?.ports ?? {};
  const dialled = new Map<string, number>();
  for (const fqdn of Object.values(shut)) {
    dialled.set(fqdn, 0);
    const listener = net.createServer((socket) => {
      dialled.set(fqdn, (dialled.get(fqdn) ?? 0) + 1);
      socket.destroy();
    });
    listener.listen(placeOf(fqdn).sip, '127.0.0.1');
    await once(listener, 'listening');
    opened.defer(() => listener.close());
  }
  const known = new KnownAccounts();
  const account = (address: string, more: Partial<Account>): Account => ({
    address,
    verifiers: {},
    state: 'enabled',
    rights: [],
    ...more,
  });
  const accounts = [
    account(users.alice, { rights: ['dial-outside'] }),
    account(users.bob, { number: bobsNumber, home: shut['front-end'] }),
  ];
  known.apply(accounts.map((one) => ({ address: one.address, account: one })));
  const followed = { known, isStale: false, confirmedAt: undefined, onChange: () => () => {} };
  opened.use(
    await serveMediation({
      ...(await network.partsOf(running.mediation)),
      accounts: followed as FollowedAccounts,
    }),
  );
  opened.use(
    await serveDirector({
      ...(await network.partsOf(running.director)),
      credentials: { find: () => undefined, hasMd5: () => false },
    }),
  );
  const peers = new Map<string, ServerPeer>();
  for (const name of Object.keys(asking)) peers.set(name, await network.peer(`${name}.${domain}`));
  return {
    ...network,
    /** How often a server was dialled that is shut. */
    dialled: (fqdn: string) => dialled.get(fqdn) ?? 0,
    asker: (name: keyof typeof asking) => peers.get(name) as ServerPeer,
    /** Where a server that runs is dialled. */
    hop: (role: SipRole, service: 'sip' | 'gateway' = 'sip') => ({
      name: running[role],
      address: '127.0.0.1',
      port: placeOf(running[role])[service] as number,
      link: links.frontEndToFrontEnd,
    }),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/** See {@link startClosedNetwork}. */
export type ClosedNetwork = Awaited<ReturnType<typeof startClosedNetwork>>;
