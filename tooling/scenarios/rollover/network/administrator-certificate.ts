import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { administratorNames, createIssuance } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import { openAuthorityFolder, publicMode, secretMode, writeWhole } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { encodePem } from '@entente/x509';

/** Files with the client certificate of an administrator, PEM. */
export interface AdministratorFiles {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Certifies an administrator as `entente ca administrator` does: with the authority stopped.
 * @param authority - folder, domain and address of the objects of the authority
 * @param name - of the administrator
 * @param now - milliseconds since 1970
 * @throws Error with the refusal
 */
export async function certifyAdministrator(
  authority: { readonly directory: string; readonly domain: string; readonly objectsUrl: string },
  name: string,
  now: number,
): Promise<AdministratorFiles> {
  const { directory, domain, objectsUrl } = authority;
  await using opened = await openAuthorityFolder(directory, openLedger);
  const issuance = createIssuance({
    issuer: opened.issuer,
    anchors: opened.roots,
    throwAway: opened.throwAway,
    ledger: opened.ledger,
    clock: () => now,
    random: randomBytes,
    objectsUrl,
    mayIssue: () => ({ ok: true, names: administratorNames(domain, name) }),
  });
  const { privateKeyPem, request } = await createKeyAndRequest({ subject: name });
  const outcome = await issuance.issue(
    { profile: 'administrator', subject: name, request },
    { kind: 'administrator', name: 'ceremony' },
  );
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  const files = {
    certificate: join(directory, `${name}-now.crt`),
    key: join(directory, `${name}-now.key`),
  };
  await writeWhole(files.key, privateKeyPem, secretMode);
  const chain = outcome.certificate.chain.map((der) => encodePem('CERTIFICATE', der));
  await writeWhole(files.certificate, chain.join(''), publicMode);
  return files;
}
