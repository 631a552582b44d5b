import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCrl, examineRootRequest, prepareRoot, type RootRequest, spkiHash } from '@entente/pki';
import { createRootFolder, openRootFolder } from '@entente/pki/node';
import { type Certificate, encodePem } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { day, domain, half, startVisit, type Visit } from './root-visit.ts';

let visit: Visit;
let request: RootRequest & { readonly nextRoot: number };
beforeAll(async () => {
  visit = await startVisit();
  request = { ...(await visit.request(await visit.store())), nextRoot: 2 };
});
afterAll(() => visit.remove());

describe('the directory of the next root', () => {
  it('keeps its key and certificate where it is prepared again, because the answer may have been lost', async () => {
    const base = await mkdtemp(join(tmpdir(), 'entente-next-'));
    const directory = join(base, 'root2');
    const wanted = { domain, number: 2, kind: 'ec-p256' } as const;
    const first = await createRootFolder(directory, wanted);
    expect(first).toMatchObject({ existing: undefined, listNumber: 1 });
    const options = { root: visit.root, now: half, random: randomBytes };
    await first.finish(await prepareRoot(request, { ...options, signer: first.signer, listNumber: 1 }));
    const again = await createRootFolder(directory, wanted);
    expect(again.listNumber).toBe(2);
    expect(Buffer.from(again.signer.publicKey)).toEqual(Buffer.from(first.signer.publicKey));
    const { existing, listNumber, signer } = again;
    const second = await prepareRoot(request, {
      ...options,
      signer,
      listNumber,
      existing: existing as Certificate,
    });
    expect(Buffer.from(second.certificate)).toEqual(Buffer.from(existing?.der ?? []));
    await expect(createRootFolder(directory, { ...wanted, number: 3 })).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUTHORITY_EXISTS',
    });
    const opened = await openRootFolder(directory, '00'.repeat(32));
    const revoked = [
      { serialHex: '01', notAfter: half + day, revocation: { at: half, reason: 'cACompromise' as const } },
    ];
    const times = { number: 3, thisUpdate: half, nextUpdate: half + day };
    await opened.keep(await createCrl(await opened.issuer(), { ...times, revoked }));
    await expect(createRootFolder(directory, wanted)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUTHORITY_EXISTS',
    });
    await rm(base, { recursive: true, force: true });
  });
});

describe('the directory of a root', () => {
  it('that is another one, or has no key, is said to be that: no backup and no new authority helps', async () => {
    const base = await mkdtemp(join(tmpdir(), 'entente-no-root-'));
    const wrong = {
      code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
      remedy: expect.stringMatching(/^correct the path.* or connect the medium/),
    };
    const nowhere = join(base, 'nothere');
    await expect(openRootFolder(nowhere, '00'.repeat(32))).rejects.toMatchObject({
      ...wrong,
      place: join(nowhere, 'root_ca.crt'),
    });
    await writeFile(join(base, 'root_ca.crt'), encodePem('CERTIFICATE', visit.root.certificate.der));
    const opened = await openRootFolder(base, '00'.repeat(32));
    await expect(opened.issuer()).rejects.toMatchObject({ ...wrong, place: join(base, 'root_ca.key') });
    await rm(base, { recursive: true, force: true });
  });

  it('whose file is damaged says where another copy is: that of an authority in its backup, and that of a root nowhere there', async () => {
    const base = await mkdtemp(join(tmpdir(), 'entente-damaged-root-'));
    const damaged = { code: 'ENTENTE_PKI_AUTHORITY_DAMAGED', place: join(base, 'root_ca.crt') };
    const ofRoot = { ...damaged, remedy: expect.stringContaining('a copy of the folder of the root') };
    const wanted = { domain, number: 2, kind: 'ec-p256' } as const;
    await writeFile(join(base, 'root_ca.crt'), 'nothing');
    await expect(openRootFolder(base, '00'.repeat(32))).rejects.toMatchObject(ofRoot);
    await expect(createRootFolder(base, wanted)).rejects.toMatchObject(ofRoot);
    await writeFile(join(base, 'root_ca.crt'), encodePem('CERTIFICATE', visit.root.certificate.der));
    const list = { ...ofRoot, place: join(base, 'root_ca.crl') };
    await expect(createRootFolder(base, wanted)).rejects.toMatchObject({
      ...list,
      remedy: expect.stringContaining('the key of a root is in no backup'),
    });
    await writeFile(join(base, 'root_ca.crl'), 'nothing');
    await expect(createRootFolder(base, wanted)).rejects.toMatchObject(list);
    await writeFile(join(base, 'root_ca.crt'), 'nothing');
    await writeFile(join(base, 'intermediate_ca.crt'), 'of the authority');
    await expect(openRootFolder(base, '00'.repeat(32))).rejects.toMatchObject({
      ...damaged,
      remedy: expect.stringContaining('entente ca restore'),
    });
    await rm(base, { recursive: true, force: true });
  });

  it.each([
    ['is empty', ''],
    ['is something else', 'nothing'],
    ['is cut short', '-----BEGIN X509 CRL-----\nMIIB'],
    ['has a certificate', 'certificate'],
    ['has a list that cannot be read', encodePem('X509 CRL', Uint8Array.of(0x30, 0))],
  ])(
    'whose last list %s is refused: its number would be used twice, and its entries forgotten',
    async (_, text) => {
      const base = await mkdtemp(join(tmpdir(), 'entente-damaged-list-'));
      const { der } = visit.root.certificate;
      await writeFile(join(base, 'root_ca.crt'), encodePem('CERTIFICATE', der));
      const content = text === 'certificate' ? encodePem('CERTIFICATE', der) : text;
      await writeFile(join(base, 'root_ca.crl'), content);
      const damaged = { code: 'ENTENTE_PKI_AUTHORITY_DAMAGED', place: join(base, 'root_ca.crl') };
      await expect(openRootFolder(base, spkiHash(der))).rejects.toMatchObject({
        ...damaged,
        remedy: expect.stringContaining('bring the last list back'),
      });
      await writeFile(join(base, 'intermediate_ca.crt'), 'of the authority');
      await expect(openRootFolder(base, spkiHash(der))).rejects.toMatchObject({
        ...damaged,
        remedy: expect.stringContaining('entente ca restore'),
      });
      await rm(base, { recursive: true, force: true });
    },
  );

  it('without a list, or with an older one, continues the list of the request: no number twice, no entry forgotten', async () => {
    const base = await mkdtemp(join(tmpdir(), 'entente-last-list-'));
    const { certificate } = visit.root;
    await writeFile(join(base, 'root_ca.crt'), encodePem('CERTIFICATE', certificate.der));
    const revoked = [
      { serialHex: '01', notAfter: half + day, revocation: { at: half, reason: 'cACompromise' as const } },
    ];
    const times = { thisUpdate: half, nextUpdate: half + day };
    const list = await createCrl(visit.root, { number: 7, ...times, revoked });
    const next = async (asked: RootRequest) => {
      const { list: known } = await openRootFolder(base, asked.root);
      return examineRootRequest(asked, {
        root: certificate,
        now: half,
        ...(known === undefined ? {} : { known }),
      });
    };
    const continued = { ok: true, value: { listNumber: 8, revoked: [{ serialHex: '01' }] } };
    expect(await next({ ...request, list })).toMatchObject(continued);
    await writeFile(join(base, 'root_ca.crl'), encodePem('X509 CRL', request.list));
    expect(await next({ ...request, list })).toMatchObject(continued);
    await writeFile(join(base, 'root_ca.crl'), encodePem('X509 CRL', list));
    expect(await next(request)).toMatchObject(continued);
    await rm(base, { recursive: true, force: true });
  });
});
