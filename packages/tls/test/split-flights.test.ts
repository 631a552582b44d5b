import * as net from 'node:net';
import * as tls from 'node:tls';
import type { ConnectionRefusal } from '@entente/tls';
import { expect, it, onTestFinished } from 'vitest';
import { cases } from './handshakes/cases.ts';
import { foreign, judgingServer, type Meeting } from './handshakes/meet.ts';

/** The end of what a client shows: the last octets of its Finished, which no certificate is part of. */
const lastOctets = 20;

/** Lets through what comes, the certificates of a client without the end at first. */
async function splitting(port: number): Promise<number> {
  const proxy = net.createServer((near) => {
    const far = net.connect(port, '127.0.0.1');
    let flights = 0;
    near.on('data', (octets) => {
      if (++flights !== 2) {
        far.write(octets);
        return;
      }
      far.write(octets.subarray(0, -lastOctets));
    });
    far.pipe(near);
    for (const socket of [near, far]) socket.on('error', () => {}).on('close', () => far.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  return (proxy.address() as net.AddressInfo).port;
}

it('says that it is about a certificate where OpenSSL cannot verify one and the handshake has not ended', async () => {
  const meeting = cases['signature-invalid'].server as Meeting;
  const refusals: ConnectionRefusal[] = [];
  await using server = await judgingServer(meeting, refusals);
  const port = await splitting(server.port);
  const client = tls.connect({
    host: '127.0.0.1',
    port,
    rejectUnauthorized: false,
    ...foreign(meeting.chain, 'TLSv1.3'),
  });
  await new Promise((resolve) => client.on('error', () => {}).once('close', resolve));
  expect(refusals).toMatchObject([
    {
      when: 'handshake',
      rejection: {
        reason: 'handshake-failed',
        message: 'expected certificates that OpenSSL can verify, found EVP_LIB (asn1 encoding routines)',
        remedy:
          'look at the certificates that the client shows: a signature or a key in one of them cannot be verified',
      },
    },
  ]);
});
