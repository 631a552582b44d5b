import tls from 'node:tls';
import { joinDomain } from '@entente/member';
import { type Log, serve } from '@entente/tls';
import { links } from '@entente/topology';
import { addresses } from '../../scenarios/harness/authority-orders.ts';
import { obey, tell } from '../process/obey.ts';
import { openConnections } from './open-connections.ts';
import { type DialOrder, type MemberOrder, monotonicMs } from './order.ts';

/** A server that is a member of the domain, and does nothing but hold connections. It ends with the process that started it. */
const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: (_, text) => console.error(text) };
let dial: ((order: DialOrder) => Promise<readonly number[]>) | undefined;

obey(async (order: MemberOrder | DialOrder) => {
  if ('openings' in order) return await dial?.(order);
  dial = await join(order);
  return undefined;
});

/** @returns opens connections, each admitted by both ends, and gives their local ports, in the order of the openings */
async function join({
  address,
  directory,
  fqdn,
  port,
  token,
}: MemberOrder): Promise<NonNullable<typeof dial>> {
  const member = await joinDomain({ fqdn, directory, token, addresses, log });
  const allow = member.authorise({ fqdn, interface: 'internal', service: 'sip' });
  const { identity, trust } = member;
  await serve(
    tls,
    {
      trust,
      identity,
      host: address,
      port,
      clientCertificate: 'required',
      allow,
      link: { name: 'SIP', interface: 'internal', local: fqdn },
    },
    (socket) => {
      socket.on('error', () => {});
      socket.once('data', (greeting: Buffer) => {
        const id = greeting.toString('utf8').trim();
        socket.once('close', () => tell({ id, end: 'accepted', at: monotonicMs() }));
        socket.write('welcome\n');
        socket.resume();
      });
    },
  );
  return ({ host, link, name, openings, port: remotePort }) => {
    const where = { trust, identity, host, port: remotePort };
    const dialling =
      link === 'authority'
        ? {
            ...where,
            allow: [name],
            expect: { mode: 'https', name } as const,
            link: { name: links.memberToAuthority.name, interface: 'internal' } as const,
          }
        : {
            ...where,
            allow,
            expect: { mode: 'host', name } as const,
            link: { name: 'SIP', interface: 'internal', local: fqdn } as const,
          };
    return openConnections(dialling, openings, tell);
  };
}
