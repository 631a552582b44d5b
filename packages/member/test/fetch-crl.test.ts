import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestAuthority } from '@entente/testkit';
import { isSignedBy } from '@entente/trust';
import { decodeCrl, decodePem, decodePemCertificates } from '@entente/x509';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchCrl } from '../src/follow/fetch-crl.ts';

function derOf(pem: string): Uint8Array {
  const blocks = decodePem(pem);
  if (!blocks.ok || blocks.value[0] === undefined) throw new Error('no PEM block');
  return blocks.value[0].der;
}

describe('revocation lists from plain HTTP', () => {
  const opened: (() => Promise<unknown> | unknown)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });
  const publish = async (body: Uint8Array, status = 200): Promise<URL> => {
    const server = createServer((_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push(() => server.close());
    return new URL(`http://crl.contoso.example:${(server.address() as AddressInfo).port}/0.crl`);
  };

  it('tells a list of our authority from one that somebody else made in its name', async () => {
    const [ours, forger] = [
      await createTestAuthority('Contoso Root'),
      await createTestAuthority('Contoso Root'),
    ];
    const certificate = decodePemCertificates(ours.certificatePem);
    if (!certificate.ok || certificate.value[0] === undefined) throw new Error('no certificate');
    const lists = await Promise.all([ours.crl([]), forger.crl([], { number: 9_999 })]);
    const [good, forged] = lists.map((pem) => decodeCrl(derOf(pem)));
    if (good?.ok !== true || forged?.ok !== true) throw new Error('no list');
    expect(forged.value.issuer.canonical).toBe(certificate.value[0].subject.canonical);
    expect(isSignedBy(good.value, certificate.value[0])).toBe(true);
    expect(isSignedBy(forged.value, certificate.value[0])).toBe(false);
  });

  it('fetches at the address that it is given, whatever DNS would say', async () => {
    const list = derOf(await (await createTestAuthority('Contoso Root')).crl([]));
    const fetched = await fetchCrl(await publish(list), '127.0.0.1', AbortSignal.timeout(5_000));
    expect(Buffer.from(fetched.der).equals(Buffer.from(list))).toBe(true);
  });

  it('refuses what is no list, and what is not there', async () => {
    await expect(
      fetchCrl(await publish(Buffer.from('<html>')), '127.0.0.1', AbortSignal.timeout(5_000)),
    ).rejects.toThrow(/not a revocation list/);
    await expect(
      fetchCrl(await publish(Buffer.alloc(0), 404), '127.0.0.1', AbortSignal.timeout(5_000)),
    ).rejects.toThrow(/404/);
  });
});
