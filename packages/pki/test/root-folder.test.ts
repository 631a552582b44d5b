import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCrl, prepareRoot, type RootRequest } from '@entente/pki';
import { createRootFolder, openRootFolder } from '@entente/pki/node';
import type { Certificate } from '@entente/x509';
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
