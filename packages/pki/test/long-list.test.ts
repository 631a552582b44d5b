import { objectsHandler } from '@entente/pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { now, type TestAuthority, testAuthority } from './authority.ts';

let authority: TestAuthority;
beforeAll(async () => {
  authority = await testAuthority();
});

describe('a list', () => {
  const body = new Uint8Array(1_000_000).map((_, index) => index);
  const short = body.subarray(0, 32_768);
  const serve = (der = body) =>
    objectsHandler(
      [
        {
          certificate: authority.issuer.certificate.der,
          publicKey: authority.issuer.certificate.publicKey.der,
          crl: () => ({ der, number: 1, thisUpdate: now, nextUpdate: now + 1000 }),
        },
      ],
      () => now,
    )(new Request(`http://ca.contoso.example/crl/${authority.issuer.id}/0.crl`));

  it('is in memory once however many read it, and each is handed a part when it has taken the one before', async () => {
    const reader = (await serve()).body?.getReader();
    const first = await reader?.read();
    expect(first?.value?.buffer, 'a view of the list, not a copy').toBe(body.buffer);
    expect(first?.value?.length).toBeLessThanOrEqual(65_536);
    await reader?.cancel();
  });

  it('is not copied for anybody, however short it is', async () => {
    const reader = (await serve(short)).body?.getReader();
    expect((await reader?.read())?.value?.buffer).toBe(body.buffer);
    expect(Buffer.from(await (await serve(short)).arrayBuffer()).equals(short)).toBe(true);
  });

  it('arrives whole, with its length', async () => {
    const response = await serve();
    expect(response.headers.get('content-length')).toBe('1000000');
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
  });
});
