import { spkiHash } from '@entente/pki';
import { createKeyAndRequest, pinnedRoot, renew } from '@entente/pki/client';
import { decodeCertificate, encodePem } from '@entente/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { type TestAuthority, testAuthority, testIssuance } from './authority.ts';

const authorityUrl = 'https://ca.contoso.example';
let authority: TestAuthority;
let rootSpkiHash: string;
beforeAll(async () => {
  authority = await testAuthority();
  const root = decodeCertificate(authority.root);
  rootSpkiHash = root.ok ? spkiHash(root.value.publicKey.der) : '';
});

const newKey = () => createKeyAndRequest({ subject: 'fe01.contoso.example' });

describe('the client', () => {
  const task = async (answer: () => Response | Promise<Response>) => ({
    authority: authorityUrl,
    key: await newKey(),
    transport: async () => answer(),
  });

  it('refuses a certificate for another key', async () => {
    const { issuance } = testIssuance(authority);
    const other = await newKey();
    const outcome = await issuance.issue(
      { profile: 'server', subject: 'fe01.contoso.example', request: other.request },
      { kind: 'server', server: 'fe01.contoso.example', serialHex: '0a' },
    );
    const pem = outcome.ok ? encodePem('CERTIFICATE', outcome.certificate.der) : '';
    const renewal = renew(await task(() => new Response(pem, { status: 201 })));
    await expect(renewal).rejects.toMatchObject({ code: 'ENTENTE_PKI_TRANSPORT' });
  });

  it('reports an answer that is neither certificate nor problem as such', async () => {
    const html = await renew(await task(() => new Response('<html>', { status: 502 })));
    expect(html).toMatchObject({ ok: false, refusal: { reason: 'unreadable-answer', status: 502 } });
    const empty = renew(await task(() => new Response('', { status: 201 })));
    await expect(empty).rejects.toMatchObject({ code: 'ENTENTE_PKI_TRANSPORT' });
  });

  it('stops reading an endless answer', async () => {
    const endless = () =>
      new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }), {
        status: 201,
      });
    await expect(renew(await task(endless))).rejects.toMatchObject({ code: 'ENTENTE_PKI_TRANSPORT' });
  });

  it('passes on a refusal of its own verdict with its code', async () => {
    const verdict = Object.assign(new Error('no'), { code: 'ENTENTE_REFUSED' });
    const renewal = renew(
      await task(() => {
        throw verdict;
      }),
    );
    await expect(renewal).rejects.toBe(verdict);
  });

  it('takes no other root than the pinned one', async () => {
    const other = await testAuthority();
    const pem = encodePem('CERTIFICATE', other.root) + encodePem('CERTIFICATE', authority.root);
    expect(Buffer.from(pinnedRoot(pem, rootSpkiHash)?.der ?? [])).toEqual(Buffer.from(authority.root));
    expect(pinnedRoot(encodePem('CERTIFICATE', other.root), rootSpkiHash)).toBeUndefined();
    expect(pinnedRoot('no PEM at all', rootSpkiHash)).toBeUndefined();
  });

  it('takes no certificate that has the pinned key and was not signed with it: anybody can write one', async () => {
    const forged = Buffer.from(authority.root);
    // Its last octet is one of the signature.
    forged[forged.length - 1] = (forged.at(-1) as number) ^ 1;
    expect(pinnedRoot(encodePem('CERTIFICATE', forged), rootSpkiHash)).toBeUndefined();
    const pem = encodePem('CERTIFICATE', forged) + encodePem('CERTIFICATE', authority.root);
    expect(Buffer.from(pinnedRoot(pem, rootSpkiHash)?.der ?? [])).toEqual(Buffer.from(authority.root));
  });
});
