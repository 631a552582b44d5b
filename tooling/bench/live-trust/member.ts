import tls from 'node:tls';
import { joinDomain } from '@entente/member';
import { type Log, serve } from '@entente/tls';
import { links } from '@entente/topology';
import { addresses } from '../../scenarios/harness/authority-orders.ts';
import { openConnections } from './open-connections.ts';
import { type ClosedEnd, type DialOrder, type MemberOrder, type MemberReport, monotonicMs } from './order.ts';

/** A server that is a member of the domain, and does nothing but hold connections. It ends with the process that started it. */
const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: (_, text) => console.error(text) };
/** The other side may be gone: then this process ends. */
const report = (message: MemberReport): void =>
  void process.send?.(message, undefined, undefined, (error) => {
    if (error !== null) process.exit(0);
  });
const closed = (end: ClosedEnd): void => report({ kind: 'closed', ...end });

process.once('disconnect', () => process.exit(0));
process.once('message', (order) => {
  run(order as MemberOrder).catch((error: unknown) => {
    report({ kind: 'failed', why: (error as Error).stack ?? String(error) });
  });
});

async function run({ address, directory, fqdn, port, token }: MemberOrder): Promise<void> {
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
        socket.once('close', () => closed({ id, end: 'accepted', at: monotonicMs() }));
        socket.write('welcome\n');
        socket.resume();
      });
    },
  );
  process.on('message', (message) => {
    const { host, link, name, openings, port: remotePort } = message as DialOrder;
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
    openConnections(dialling, openings, closed).then(
      (localPorts) => report({ kind: 'dialled', localPorts }),
      (error: Error) => report({ kind: 'failed', why: `${fqdn} → ${name}: ${error.message}` }),
    );
  });
  report({ kind: 'ready' });
}
