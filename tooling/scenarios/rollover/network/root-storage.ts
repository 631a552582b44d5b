import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createIssuer,
  examineRootRequest,
  formatRootAnswer,
  type Issuer,
  parseRootRequest,
  prepareRoot,
  type RootRequest,
  signRootAnswer,
  spkiHash,
} from '@entente/pki';
import {
  authorityFiles,
  authorityFolder,
  IssuerStore,
  keySigner,
  publicMode,
  rootFiles,
  writeWhole,
} from '@entente/pki/node';
import { decodePemCertificates } from '@entente/x509';

/** Names and addresses that requests for a root contain. */
export interface RootNames {
  readonly domain: string;
  readonly objectsUrl: string;
  readonly outsideObjectsUrls: readonly string[];
}

/** Where the keys of the roots are: the authority reaches it by files alone. */
export class RootStorage {
  readonly #authority: string;
  readonly #names: RootNames;
  /** In the order of their numbers, with the newest list of each that was signed here. */
  readonly #roots: { readonly issuer: Issuer; list?: Uint8Array }[] = [];

  private constructor(authority: string, names: RootNames) {
    this.#authority = authority;
    this.#names = names;
  }

  /**
   * Takes the key of the first root out of the folder of an authority.
   * @param authority - folder of the authority
   * @param names - of the authority
   */
  static async take(authority: string, names: RootNames): Promise<RootStorage> {
    const storage = new RootStorage(authority, names);
    const file = join(authority, authorityFiles.rootKey);
    const decoded = decodePemCertificates(await readFile(join(authority, authorityFiles.rootCertificate)));
    const root = decoded.ok ? decoded.value[0] : undefined;
    if (root === undefined) throw new Error('no certificate of the root');
    const key = keySigner(createPrivateKey(await readFile(file)));
    storage.#roots.push({ issuer: await createIssuer(root.der, key) });
    await rm(file);
    return storage;
  }

  /**
   * The certificate of a root.
   * @param number - from 1
   * @returns DER
   */
  certificate(number: number): Uint8Array {
    return this.#root(number).issuer.certificate.der;
  }

  /**
   * The visit to a root: signs what the authority requests of it, and leaves the answer with it.
   * @param now - milliseconds since 1970
   * @param number - of the root, from 1
   * @throws Error where there is no request, or the root refuses it
   */
  async visit(now: number, number = 1): Promise<void> {
    const files = rootFiles(number);
    const request = parseRootRequest(await readFile(join(this.#authority, files.request), 'utf8'));
    if (request === undefined) throw new Error(`the authority has no request for root ${number}`);
    await this.#answer(request, number, now);
  }

  /**
   * The newest root prepares the next one.
   * @param now - milliseconds since 1970
   */
  async prepare(now: number): Promise<void> {
    const number = this.#roots.length;
    const store = await IssuerStore.open(authorityFolder(this.#authority));
    const recorded = store.roots.all[number - 1];
    if (recorded === undefined) throw new Error(`the authority has no root ${number}`);
    const request = {
      ...this.#names,
      root: spkiHash(recorded.certificate.der),
      list: recorded.crl.der,
      nextRoot: number + 1,
      certifyOutside: [],
      revoke: [],
    };
    const signer = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    const { issuer } = this.#root(number);
    const options = { root: issuer, signer, listNumber: 1, now, random: randomBytes };
    const nextRoot = await prepareRoot(request, options);
    await this.#answer(request, number, now, nextRoot);
    this.#roots.push({ issuer: await createIssuer(nextRoot.certificate, signer), list: nextRoot.list });
  }

  async #answer(
    request: RootRequest,
    number: number,
    now: number,
    nextRoot?: Awaited<ReturnType<typeof prepareRoot>>,
  ): Promise<void> {
    const root = this.#root(number);
    const known = root.list === undefined ? {} : { known: root.list };
    const plan = examineRootRequest(request, { root: root.issuer.certificate, now, ...known });
    if (!plan.ok) throw new Error(plan.refusal.message);
    const answer = await signRootAnswer(plan.value, { root: root.issuer, now, random: randomBytes });
    root.list = answer.list;
    const text = formatRootAnswer(nextRoot === undefined ? answer : { ...answer, nextRoot });
    await writeWhole(join(this.#authority, rootFiles(number).answer), text, publicMode);
  }

  #root(number: number) {
    const root = this.#roots[number - 1];
    if (root === undefined) throw new Error(`there is no root ${number}`);
    return root;
  }
}
