import { once } from 'node:events';
import type tls from 'node:tls';
import type { TestCertificate } from '@entente/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialAt } from '../harness/impostor.ts';
import { type Perimeter, partnerDomain, startPerimeter } from './testing/perimeter.ts';

let network: Perimeter;
beforeAll(async () => {
  network = await startPerimeter();
});
afterAll(() => network?.[Symbol.asyncDispose]());

type Port = 'sip' | 'clients' | 'federation' | 'inside';

/** What a program gets that speaks TLS in its own way: version and cipher suite once its keep-alive is answered, or the error. */
async function spoken(port: Port, options: tls.ConnectionOptions, certificate?: TestCertificate) {
  const socket = dialAt(network.ports[port], certificate, options);
  try {
    socket.write('\r\n\r\n');
    await once(socket, 'data');
    return `${socket.getProtocol()} ${socket.getCipher().name}`;
  } catch (error) {
    // The name of the alert is in the text alone where the handshake had not begun to be encrypted.
    return (error as Error).message;
  } finally {
    socket.destroy();
  }
}

const old = { maxVersion: 'TLSv1.2' } as const;
const partner = ({ authorities, issue }: Perimeter) => issue([partnerDomain], authorities.theirs);

describe.each<[string, Port, (() => Promise<TestCertificate>) | undefined]>([
  ['a telephone at a front end', 'sip', undefined],
  ['a telephone at an edge', 'clients', undefined],
  ['a partner', 'federation', () => partner(network)],
])('%s', (_, port, certify) => {
  it('may speak TLS 1.2, with keys of the session alone and authenticated encryption', async () => {
    const certificate = await certify?.();
    expect(await spoken(port, old, certificate)).toMatch(/^TLSv1\.2 ECDHE-ECDSA-.*(GCM|CHACHA20)/);
    expect(await spoken(port, {}, certificate)).toMatch(/^TLSv1\.3 /);
  });

  it.each([
    [
      'TLS 1.1',
      /alert protocol version/,
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' },
    ],
    [
      'CBC',
      /alert handshake failure/,
      { ...old, ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA' },
    ],
  ] as const)('is refused with %s', async (_named, alert, options) => {
    expect(await spoken(port, options, await certify?.())).toMatch(alert);
  });
});

it('a server of ours speaks TLS 1.3 to another', async () => {
  const certificate = await network.issue(['fe1.contoso.example']);
  expect(await spoken('inside', old, certificate)).toMatch(/alert protocol version/);
  expect(await spoken('inside', {}, certificate)).toMatch(/^TLSv1\.3 /);
});
