import { isSignedBy } from '@entente/trust';
import { type Certificate, type CertificateList, encodePem } from '@entente/x509';
import { issuerId, spkiHash } from '../ground/issuer-id.ts';
import type { PublishedCrl } from '../revocation/crl-publisher.ts';
import { formatRoots, parseRoots, type RootRecord } from '../rollover/root-record.ts';
import type { VerifiedRoot } from '../rollover/verify-next-root.ts';
import { authorityFiles } from './authority-files.ts';
import type { AuthorityFolder } from './authority-folder.ts';
import { certificatesIn, damaged, listOf, same } from './read-issuers.ts';
import { rootFiles, rootsFile } from './root-files.ts';
import { publicMode } from './write-file-atomically.ts';

/** A root of the domain, without its key. */
export interface StoredRoot {
  /** 1 for the one of the first ceremony, then 2, 3… */
  readonly number: number;
  /** See `issuerId`. */
  readonly id: string;
  /** Self-signed. */
  readonly certificate: Certificate;
  /** Its list in force. */
  readonly list: CertificateList;
  /** The same, as it is published. */
  readonly crl: PublishedCrl;
  /** Its name and key, certified by the root before it. */
  readonly cross: Certificate | undefined;
  /** The same for outsiders. */
  readonly crossOutside: Certificate | undefined;
}

/** The roots of a domain, in files. */
export class RootStore {
  readonly #folder: AuthorityFolder;
  #records: readonly RootRecord[] | undefined;
  #roots: readonly StoredRoot[];
  /** Signatures are verified once. */
  readonly #above = new WeakMap<Certificate, number>();

  private constructor(
    folder: AuthorityFolder,
    records: readonly RootRecord[] | undefined,
    roots: readonly StoredRoot[],
  ) {
    this.#folder = folder;
    this.#records = records;
    this.#roots = roots;
  }

  /**
   * @param folder - of the authority
   * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`
   */
  static async open(folder: AuthorityFolder): Promise<RootStore> {
    const records = await readRecord(folder);
    if (records === undefined) {
      const [certificate] = await certificatesIn(folder, authorityFiles.rootCertificate);
      return new RootStore(folder, undefined, [await stored(folder, 1, certificate)]);
    }
    const roots: StoredRoot[] = [];
    for (const { number, sha256 } of records) {
      const file = rootFiles(number).certificate;
      const [certificate] = await certificatesIn(folder, file);
      if (spkiHash(certificate.der) !== sha256)
        throw damaged(folder.pathOf(file), 'the certificate is not the one that is recorded');
      roots.push(await stored(folder, number, certificate));
    }
    return new RootStore(folder, records, roots);
  }

  /** In the order of their numbers; another array after each change. */
  get all(): readonly StoredRoot[] {
    return this.#roots;
  }

  /**
   * The root that has certified an authority.
   * @param certificate - of an issuing authority, or of the next root
   */
  above(certificate: Certificate): StoredRoot | undefined {
    const known = this.#above.get(certificate);
    if (known !== undefined) return this.#roots[known - 1];
    const found = this.#roots.find(
      ({ certificate: root }) =>
        root.subject.canonical === certificate.issuer.canonical && isSignedBy(certificate, root),
    );
    if (found !== undefined) this.#above.set(certificate, found.number);
    return found;
  }

  /** @param certificate - of a root */
  of(certificate: Certificate): StoredRoot | undefined {
    return this.#roots.find((root) => same(root.certificate.der, certificate.der));
  }

  /**
   * Puts another list of a root in force. It was verified.
   * @returns whether anything has changed
   */
  async acceptList(root: Certificate, list: CertificateList): Promise<boolean> {
    const { list: before, number } = this.of(root) as StoredRoot;
    const isWritten = await this.#write(rootFiles(number).list, encodePem('X509 CRL', list.der));
    // It may have been written by an attempt that failed behind that.
    const changed = isWritten || !same(before.der, list.der);
    this.#replace(number, { list, crl: publishedOf(list) });
    return changed;
  }

  /**
   * Puts another certificate of a root by the one before it in force: with other addresses for outsiders.
   * @returns whether anything has changed
   */
  async acceptCrossOutside(certificate: Certificate): Promise<boolean> {
    const root = this.#roots.find(({ id }) => id === issuerId(certificate.publicKey.der));
    if (root === undefined) return false;
    const changed = await this.#write(
      rootFiles(root.number).crossOutside,
      encodePem('CERTIFICATE', certificate.der),
    );
    this.#replace(root.number, { crossOutside: certificate });
    return changed;
  }

  /**
   * Records the next root. The record is written last: a crash before it leaves files that the next attempt writes again.
   * @param next - verified, with the number after the last one
   * @param now - milliseconds since 1970
   */
  async acceptRoot(next: VerifiedRoot, now: number): Promise<void> {
    const { certificate, cross, crossOutside, list, number } = next;
    const files = rootFiles(number);
    const before = this.#records ?? [firstOf(this.#roots[0] as StoredRoot)];
    const [first] = this.#roots as readonly [StoredRoot];
    await this.#write(rootFiles(1).certificate, encodePem('CERTIFICATE', first.certificate.der));
    await this.#write(files.certificate, encodePem('CERTIFICATE', certificate.der));
    await this.#write(files.list, encodePem('X509 CRL', list.der));
    if (cross === undefined) await this.#folder.remove(files.cross);
    else await this.#write(files.cross, encodePem('CERTIFICATE', cross.der));
    if (crossOutside === undefined) await this.#folder.remove(files.crossOutside);
    else await this.#write(files.crossOutside, encodePem('CERTIFICATE', crossOutside.der));
    // Read before it is recorded: what fails behind the record would be done again, and recorded twice.
    const root = await stored(this.#folder, number, certificate);
    const records = [...before, { number, sha256: spkiHash(certificate.der), preparedAt: now }];
    await this.#folder.write(rootsFile, formatRoots(records), publicMode);
    this.#records = records;
    this.#roots = [...this.#roots, root];
  }

  /**
   * Writes the roots that are believed into the file that others read: administrators name it where they give the roots of the authority.
   * @param roots - one at least
   */
  async publish(roots: readonly Certificate[]): Promise<void> {
    if (this.#records === undefined) return;
    const text = roots.map(({ der }) => encodePem('CERTIFICATE', der)).join('');
    await this.#write(authorityFiles.rootCertificate, text);
  }

  #replace(number: number, changes: Partial<StoredRoot>): void {
    this.#roots = this.#roots.map((root) => (root.number === number ? { ...root, ...changes } : root));
  }

  async #write(name: string, text: string): Promise<boolean> {
    if ((await this.#folder.read(name))?.toString('utf8') === text) return false;
    await this.#folder.write(name, text, publicMode);
    return true;
  }
}

/**
 * Reads the record of all roots.
 * @returns undefined before the first rollover of the root
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`
 */
export async function readRecord(folder: AuthorityFolder): Promise<readonly RootRecord[] | undefined> {
  const text = await folder.read(rootsFile);
  if (text === undefined) return undefined;
  const records = parseRoots(text.toString('utf8'));
  if (records !== undefined) return records;
  throw damaged(folder.pathOf(rootsFile), 'the file is not a record of roots');
}

async function stored(
  folder: AuthorityFolder,
  number: number,
  certificate: Certificate,
): Promise<StoredRoot> {
  const files = rootFiles(number);
  const list = await listOf(folder, files.list, certificate);
  const optional = async (name: string): Promise<Certificate | undefined> =>
    (await folder.exists(name)) ? (await certificatesIn(folder, name))[0] : undefined;
  return {
    number,
    id: issuerId(certificate.publicKey.der),
    certificate,
    list,
    crl: publishedOf(list),
    cross: await optional(files.cross),
    crossOutside: await optional(files.crossOutside),
  };
}

function firstOf({ certificate }: StoredRoot): RootRecord {
  return { number: 1, sha256: spkiHash(certificate.der), preparedAt: certificate.notBefore };
}

function publishedOf({ crlNumber, der, nextUpdate, thisUpdate }: CertificateList): PublishedCrl {
  return { der, number: Number(crlNumber), thisUpdate, nextUpdate: nextUpdate as number };
}
