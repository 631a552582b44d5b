import { once } from 'node:events';
import type tls from 'node:tls';
import type { TestCertificate } from '@entente/testkit';
import { links } from '@entente/topology';
import { afterEach, expect, it } from 'vitest';
import { dialAt } from '../harness/impostor.ts';
import { edgeName, partnerDomain, startPerimeter } from './testing/perimeter.ts';

const other = 'northwind.example';
const places = 8;
const open: tls.TLSSocket[] = [];
let network: Awaited<ReturnType<typeof startPerimeter>> | undefined;
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await network?.[Symbol.asyncDispose]();
});

it('one partner with as many connections as the edge has places, of several certificates and from several addresses, keeps no other partner out', async () => {
  network = await startPerimeter([], { secondPartner: other, edgeLimits: { maxConnections: places } });
  const { authorities, issue, lines, ports } = network;
  const isOpen = (socket: tls.TLSSocket) => !socket.closed;
  const dial = async (certificate: TestCertificate, localAddress: string) => {
    const socket = dialAt(ports.federation, certificate, { localAddress });
    open.push(socket.resume());
    await once(socket, 'secureConnect');
    return socket;
  };
  const edges = [
    await issue([partnerDomain], authorities.theirs),
    await issue([partnerDomain], authorities.theirs),
  ];
  for (let index = 0; index < places; index++)
    await dial(edges[index % 2] as TestCertificate, `127.0.0.${2 + index}`);
  await expect.poll(() => open.filter(isOpen).length).toBe(2);
  expect(lines).toContainEqual(
    expect.objectContaining({
      by: edgeName,
      event: 'refused',
      link: links.federation.name,
      reason: 'throttled',
      message: 'expected at most 2 open connections of one peer, found one more',
    }),
  );
  const second = await dial(await issue([`first.${other}`, other], authorities.foreign), '127.0.0.100');
  await expect
    .poll(() => lines)
    .toContainEqual(
      expect.objectContaining({
        by: edgeName,
        event: 'link',
        from: other,
        partner: expect.stringMatching(/./),
        domains: [other],
      }),
    );
  expect(isOpen(second)).toBe(true);
});

it('a certificate with more names than an edge reads of a partner is refused, and says so', async () => {
  network = await startPerimeter([]);
  const { authorities, issue, lines, ports } = network;
  const names = Array.from({ length: 300 }, (_, index) => `n${index}.${partnerDomain}`);
  const certificate = await issue([partnerDomain, ...names], authorities.theirs);
  const socket = dialAt(ports.federation, certificate);
  open.push(socket.resume());
  await once(socket, 'close');
  await expect
    .poll(() => lines)
    .toContainEqual(
      expect.objectContaining({
        by: edgeName,
        event: 'refused',
        link: links.federation.name,
        reason: 'certificate-too-large',
        message: 'expected at most 512 names in the certificate of the peer, found 602',
      }),
    );
});
