import { type Certificate, type CertificateList, decodeCertificate, encodePem } from '@entente/x509';
import { createIssuer, type Issuer } from '../ground/issuer.ts';
import { issuerId } from '../ground/issuer-id.ts';
import type { PublishedCrl } from '../revocation/crl-publisher.ts';
import type { AnswerKnowledge } from '../rollover/answer-knowledge.ts';
import { afterStep, type RolloverStep, type RolloverView } from '../rollover/decide-rollover-step.ts';
import { formatIssuers, type IssuerRecord } from '../rollover/issuer-record.ts';
import { isListed } from '../rollover/root-list.ts';
import type { VerifiedAnswer } from '../rollover/verify-answer.ts';
import type { AuthorityFolder } from './authority-folder.ts';
import { issuerFiles, rolloverFiles } from './issuer-files.ts';
import { type PendingIssuer, pendingIssuer, requestOf } from './pending-issuer.ts';
import { certificatesIn, damaged, readOutside, readRecords, same, signerIn } from './read-issuers.ts';
import { RootStore, type StoredRoot } from './root-store.ts';
import { publicMode } from './write-file-atomically.ts';

/** An issuing authority whose lists are published, with its key. */
export interface LiveIssuer {
  /** What is recorded of it; its stage is any but `retired`. */
  readonly record: IssuerRecord;
  /** Its certificate with its key. */
  readonly issuer: Issuer;
  /** Its certificate for outsiders, where there is one. */
  readonly outside: Certificate | undefined;
  /** Number of the root that has certified it. */
  readonly root: number;
}

/** How the topology regards the roots, by their numbers. */
export interface RootStanding {
  /** The one that certifies the next issuing authority. */
  readonly inUse: number;
  /** Those below which nothing is issued any more. */
  readonly withdrawn: ReadonlySet<number>;
}

/**
 * The issuing authorities of a domain, in files. It is the only writer of the record, and each change is complete with the record: what was
 * written before it is written again after a crash, or counts already.
 */
export class IssuerStore {
  readonly #folder: AuthorityFolder;
  /** Every root of the domain, believed today or not. */
  readonly roots: RootStore;
  #records: readonly IssuerRecord[];
  #certificates: ReadonlyMap<number, Certificate> = new Map();
  #live: readonly LiveIssuer[] = [];
  #keys: ReadonlySet<number> = new Set();
  /** Whether what the files say since the last change has been read. */
  #isRead = false;

  private constructor(folder: AuthorityFolder, roots: RootStore, records: readonly IssuerRecord[]) {
    this.#folder = folder;
    this.roots = roots;
    this.#records = records;
  }

  /**
   * @param folder - of the authority
   * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`, `ENTENTE_PKI_KEY_MISMATCH`
   */
  static async open(folder: AuthorityFolder): Promise<IssuerStore> {
    const store = new IssuerStore(folder, await RootStore.open(folder), await readRecords(folder));
    await store.#load();
    return store;
  }

  /** The root that has certified the active issuing authority. */
  get root(): Certificate {
    return this.#activeRoot.certificate;
  }

  /** All that were ever certified, in the order of their numbers. */
  get records(): readonly IssuerRecord[] {
    return this.#records;
  }

  /** Those whose lists are published: the active one first. Another array after each change. */
  get live(): readonly LiveIssuer[] {
    return this.#live;
  }

  /** The one that issues. */
  get active(): LiveIssuer {
    return this.#live[0] as LiveIssuer;
  }

  /** @param id - see `issuerId` */
  of(id: string): LiveIssuer | undefined {
    return this.#live.find(({ record }) => record.id === id);
  }

  /** The list in force of the root that has certified the active issuing authority. */
  get rootCrl(): PublishedCrl {
    return this.#activeRoot.crl;
  }

  /** The same, decoded. */
  get rootList(): CertificateList {
    return this.#activeRoot.list;
  }

  /** The certificate of an issuing authority, retired or not. */
  certificate(number: number): Certificate | undefined {
    return this.#certificates.get(number);
  }

  /**
   * Whether a certificate is on the list of the root that has signed it.
   * @param certificate - DER, of an issuing authority
   */
  isRevoked(certificate: Uint8Array): boolean {
    const decoded = decodeCertificate(certificate);
    return decoded.ok && this.#isListed(decoded.value);
  }

  /** Ids of the issuing authorities that are on the list of the root that has certified them: nothing counts that they have issued. */
  revokedIds(): ReadonlySet<string> {
    const listed = this.#records.filter(({ number }) => {
      const certificate = this.#certificates.get(number);
      return certificate !== undefined && this.#isListed(certificate);
    });
    return new Set(listed.map(({ id }) => id));
  }

  /**
   * What the next step is decided by.
   * @param lastEnd - from the ledger
   * @param standing - of the roots; default: the one that has certified the active issuing authority is in use
   */
  view(lastEnd: RolloverView['lastEnd'], standing?: RootStanding): RolloverView {
    const revoked = new Set<number>();
    const superseded = new Set<number>();
    const withdrawn = new Set<number>();
    for (const [number, certificate] of this.#certificates) {
      if (this.#isListed(certificate)) revoked.add(number);
      const root = this.roots.above(certificate)?.number;
      if (standing === undefined || root === undefined) continue;
      if (root !== standing.inUse) superseded.add(number);
      if (standing.withdrawn.has(root)) withdrawn.add(number);
    }
    return { issuers: this.#records, revoked, lastEnd, keys: this.#keys, superseded, withdrawn };
  }

  /**
   * What an answer of a root is verified by.
   * @param root - the one that was asked; default the one that has certified the active issuing authority
   */
  async knowledge(
    domain: string,
    objectsUrl: string,
    now: number,
    root: StoredRoot = this.#activeRoot,
  ): Promise<AnswerKnowledge> {
    const pending = await this.pending();
    const certified = [...this.#certificates.values(), ...this.roots.all.flatMap(({ cross }) => cross ?? [])];
    return {
      domain,
      root: root.certificate,
      roots: this.roots.all.map(({ certificate }) => certificate),
      list: root.list,
      objectsUrl,
      ...(pending === undefined ? {} : { pending }),
      issuers: certified.filter((one) => this.roots.above(one)?.number === root.number),
      now,
    };
  }

  /** The key that waits for a certificate, if there is one. */
  pending(): Promise<PendingIssuer | undefined> {
    return pendingIssuer(this.#folder, this.#records.length + 1);
  }

  /**
   * The request of the next issuing authority. Its key is created where there is none yet, and stays until the root has certified it.
   * @param domain - the organisation's network
   * @returns PKCS#10, DER
   */
  async request(domain: string): Promise<{ readonly number: number; readonly request: Uint8Array }> {
    const number = this.#records.length + 1;
    const { publicKey } = this.active.issuer.certificate;
    return { number, request: await requestOf(this.#folder, domain, number, publicKey.kind) };
  }

  /**
   * Puts a verified answer in force. What is stored again after a crash is the same.
   * @param answer - from `verifyRootAnswer`, with the knowledge of this store
   * @param now - milliseconds since 1970
   * @returns whether anything has changed
   */
  async accept(answer: VerifiedAnswer, now: number): Promise<boolean> {
    const { issuing, list, nextRoot, outside, root } = answer;
    let changed = false;
    /** Not before something is written: what cannot be written has changed nothing. */
    const isWritten = (): void => {
      changed = true;
      this.#isRead = false;
    };
    const numberOf = (publicKey: Uint8Array): number | undefined =>
      issuing !== undefined && same(issuing.certificate.publicKey.der, publicKey)
        ? issuing.number
        : [...this.#certificates].find(([, known]) => same(known.publicKey.der, publicKey))?.[0];
    const write = async (name: string, text: string): Promise<void> => {
      if ((await this.#folder.read(name))?.toString('utf8') === text) return;
      await this.#folder.write(name, text, publicMode);
      isWritten();
    };
    if (issuing !== undefined) {
      await write(issuerFiles(issuing.number).certificate, encodePem('CERTIFICATE', issuing.certificate.der));
    }
    for (const certificate of outside) {
      const number = numberOf(certificate.publicKey.der);
      if (number !== undefined) {
        await write(issuerFiles(number).outside, encodePem('CERTIFICATE', certificate.der));
      } else if (await this.roots.acceptCrossOutside(certificate)) isWritten();
    }
    if (await this.roots.acceptList(root, list)) isWritten();
    if (nextRoot !== undefined && this.roots.of(nextRoot.certificate) === undefined) {
      await this.roots.acceptRoot(nextRoot, now);
      isWritten();
    }
    if (issuing !== undefined) {
      const { notAfter, notBefore, publicKey } = issuing.certificate;
      const record: IssuerRecord = {
        number: issuing.number,
        id: issuerId(publicKey.der),
        stage: 'prepared',
        notBefore,
        notAfter,
        preparedAt: now,
      };
      await this.#record([...this.#records, record]);
      isWritten();
    }
    if (changed) await this.#load();
    return changed;
  }

  /**
   * Takes a step.
   * @param step - from `nextStep`, with the view of this store
   * @param now - milliseconds since 1970
   * @throws PkiFault where a key cannot be read that would count again; nothing is changed then
   */
  async take(step: RolloverStep, now: number): Promise<void> {
    // That of a retired one may be damaged without being missed; once the record needs it, nothing opens without it.
    if (step.kind === 'take-back') await signerIn(this.#folder, issuerFiles(step.number).key);
    if (step.kind === 'destroy-key') await this.#folder.destroy(issuerFiles(step.number).key);
    else await this.#record(afterStep(this.#records, step, now));
    // Not before: a step that cannot be recorded has changed nothing.
    this.#isRead = false;
    await this.#load();
  }

  /**
   * Reads what a change has left unread, because a file could not be read then: the change counts, and the issuing authority of before
   * would go on issuing.
   * @returns whether there was any
   * @throws PkiFault as {@link IssuerStore.open}
   */
  async catchUp(): Promise<boolean> {
    if (this.#isRead) return false;
    await this.#load();
    return true;
  }

  get #activeRoot(): StoredRoot {
    return this.roots.above(this.active.issuer.certificate) as StoredRoot;
  }

  #isListed(certificate: Certificate): boolean {
    const root = this.roots.above(certificate);
    return root !== undefined && isListed(root.list, certificate);
  }

  async #record(records: readonly IssuerRecord[]): Promise<void> {
    await this.#folder.write(rolloverFiles.issuers, formatIssuers(records), publicMode);
    this.#records = records;
  }

  /** Reads again what the record names. */
  async #load(): Promise<void> {
    const certificates = new Map<number, Certificate>();
    const keys = new Set<number>();
    const live: LiveIssuer[] = [];
    for (const record of this.#records) {
      const files = issuerFiles(record.number);
      const [certificate] = await certificatesIn(this.#folder, files.certificate);
      if (issuerId(certificate.publicKey.der) !== record.id) {
        throw damaged(
          this.#folder.pathOf(files.certificate),
          'the certificate is not the one that is recorded',
        );
      }
      const root = this.roots.above(certificate);
      if (root === undefined) {
        const found = `the issuing authority was certified by ${certificate.issuer.toString()}, not by a root here`;
        throw damaged(this.#folder.pathOf(files.certificate), found);
      }
      certificates.set(record.number, certificate);
      if (await this.#folder.exists(files.key)) keys.add(record.number);
      if (record.stage === 'retired') continue;
      const known = this.#live.find(({ record: { number } }) => number === record.number)?.issuer;
      const issuer = known ?? (await createIssuer(certificate.der, await signerIn(this.#folder, files.key)));
      const outside = await readOutside(this.#folder, files.outside, certificate);
      live.push({ record, issuer, outside, root: root.number });
    }
    this.#certificates = certificates;
    this.#keys = keys;
    const isActive = ({ record }: LiveIssuer): boolean => record.stage === 'active';
    this.#live = [...live.filter(isActive), ...live.filter((one) => !isActive(one)).reverse()];
    this.#isRead = true;
  }
}
