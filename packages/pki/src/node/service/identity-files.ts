import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { decodePemCertificates, encodePem } from '@entente/x509';
import { presentPrivateKey } from '../authority-files.ts';
import type { AuthorityFolder } from '../authority-folder.ts';
import { protectedKey } from '../key-protection.ts';
import { publicMode, secretMode } from '../write-file-atomically.ts';
import type { ServiceFiles, ServiceMaterial } from './service-identity.ts';

/** The folder of the identities, in that of the authority. */
const folderName = 'identities';
const plainName = /^[a-z0-9][a-z0-9.-]{0,99}$/;
const maxBeginning = 60;

/** The files of one identity. */
export interface IdentityFiles {
  /** Full paths, for the caller. */
  readonly paths: ServiceFiles;
  /**
   * What is there: a certificate with the key that belongs to it.
   * @returns undefined where there is none, or a crash has left one of another key
   * @throws PkiFault `ENTENTE_PKI_PASSPHRASE`, `ENTENTE_PKI_SECRET_EXPOSED`
   */
  read(): Promise<ServiceMaterial | undefined>;
  /** Writes key and certificate, the key first. */
  write(keyPem: string, chain: readonly Uint8Array[]): Promise<void>;
}

/**
 * The files of an identity. A DNS name is the name of its files; any other name is spelt with letters that every file system takes, and has
 * a part of its hash, so that no two are the same.
 * @param folder - of the authority
 * @param name - first name of the service
 */
export function identityFiles(folder: AuthorityFolder, name: string): IdentityFiles {
  const base = `${folderName}/${fileName(name)}`;
  const [certificate, key] = [`${base}.crt`, `${base}.key`];
  return {
    paths: { certificate: folder.pathOf(certificate), key: folder.pathOf(key) },
    async read() {
      const pem = await folder.read(certificate);
      const present = await presentPrivateKey(folder.pathOf(key), folder.passphrase);
      return pem === undefined || present === undefined
        ? undefined
        : materialOf(pem.toString('utf8'), present);
    },
    async write(keyPem, chain) {
      const pem = chain.map((der) => encodePem('CERTIFICATE', der)).join('');
      await folder.write(key, await protectedKey(createPrivateKey(keyPem), folder.passphrase), secretMode);
      await folder.write(certificate, pem, publicMode);
    },
  };
}

function fileName(name: string): string {
  if (plainName.test(name)) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${name.replaceAll(/[^A-Za-z0-9.-]+/g, '_').slice(0, maxBeginning)}_${hash}`;
}

function materialOf(certificatePem: string, key: KeyObject): ServiceMaterial | undefined {
  const chain = decodePemCertificates(certificatePem);
  const leaf = chain.ok ? chain.value[0] : undefined;
  if (leaf === undefined || !new X509Certificate(leaf.der).checkPrivateKey(key)) return undefined;
  return { certificatePem, keyPem: key.export({ format: 'pem', type: 'pkcs8' }).toString(), leaf };
}
