import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { prepareRoot, spkiHash } from '@entente/pki';
import { pinnedRoot } from '@entente/pki/client';
import { keySigner } from '@entente/pki/node';
import { decodeCertificate, encodePem } from '@entente/x509';
import { expect, it } from 'vitest';
import { half, startVisit } from './root-visit.ts';

it('a joining server takes the next root for its root, and not the certificate by the present one, which has its key', async () => {
  const visit = await startVisit();
  const { certificate, cross } = await prepareRoot(
    { ...(await visit.request(await visit.store())), nextRoot: 2 },
    {
      root: visit.root,
      signer: keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
      listNumber: 1,
      now: half,
      random: randomBytes,
    },
  );
  await visit.remove();
  const decoded = decodeCertificate(certificate);
  const pin = decoded.ok ? spkiHash(decoded.value.publicKey.der) : '';
  const byPresent = encodePem('CERTIFICATE', cross as Uint8Array);
  const found = pinnedRoot(byPresent + encodePem('CERTIFICATE', certificate), pin);
  expect(Buffer.from(found?.der ?? [])).toEqual(Buffer.from(certificate));
  expect(pinnedRoot(byPresent, pin)).toBeUndefined();
});
