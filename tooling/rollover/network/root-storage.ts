import { createPrivateKey, randomBytes } from 'node:crypto';
import { copyFile, mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createIssuer,
  examineRootRequest,
  formatRootAnswer,
  parseRootRequest,
  signRootAnswer,
} from '@entente/pki';
import { authorityFiles, keySigner, publicMode, rolloverFiles, writeWhole } from '@entente/pki/node';
import { decodePemCertificates } from '@entente/x509';

/** The machine with the key of a root: the authority reaches it by files alone. */
export class RootStorage {
  readonly #authority: string;
  readonly #directory: string;
  #list: Uint8Array | undefined;

  private constructor(authority: string, directory: string) {
    this.#authority = authority;
    this.#directory = directory;
  }

  /**
   * Takes the key of the root from the folder of an authority to a folder of its own.
   * @param authority - folder of the authority
   * @param directory - created here
   */
  static async take(authority: string, directory: string): Promise<RootStorage> {
    await mkdir(directory);
    await rename(join(authority, authorityFiles.rootKey), join(directory, authorityFiles.rootKey));
    const certificate = authorityFiles.rootCertificate;
    await copyFile(join(authority, certificate), join(directory, certificate));
    return new RootStorage(authority, directory);
  }

  /**
   * The yearly visit: signs what the authority requests, and leaves the answer with it.
   * @param now - milliseconds since 1970
   * @throws Error where there is no request, or the root refuses it
   */
  async visit(now: number): Promise<void> {
    const request = parseRootRequest(await readFile(join(this.#authority, rolloverFiles.request), 'utf8'));
    if (request === undefined) throw new Error('the authority has no request for the root');
    const decoded = decodePemCertificates(
      await readFile(join(this.#directory, authorityFiles.rootCertificate)),
    );
    const root = decoded.ok ? decoded.value[0] : undefined;
    if (root === undefined) throw new Error('no certificate of the root');
    const known = this.#list === undefined ? {} : { known: this.#list };
    const plan = examineRootRequest(request, { root, now, ...known });
    if (!plan.ok) throw new Error(plan.refusal.message);
    const key = createPrivateKey(await readFile(join(this.#directory, authorityFiles.rootKey)));
    const issuer = await createIssuer(root.der, keySigner(key));
    const answer = await signRootAnswer(plan.value, { root: issuer, now, random: randomBytes });
    this.#list = answer.list;
    await writeWhole(join(this.#authority, rolloverFiles.answer), formatRootAnswer(answer), publicMode);
  }
}
