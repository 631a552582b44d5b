import { type Certificate, decodeCertificate } from '@entente/x509';
import { type CachedObject, DiskCache } from './disk-cache.ts';

/** A list that an earlier run kept. */
export interface KeptList extends CachedObject {
  /** Issuer of the certificate that named its location; undefined where none was kept. */
  readonly issuer: Certificate | undefined;
}

/** Asked once an object has been written: it may have made room for another one meanwhile. */
type IsKept = () => boolean;

/** The files of a revocation fetcher: lists, each with the issuer it is checked against, and OCSP answers. Without a directory there are none. */
export class KeptOnDisk {
  readonly #lists: DiskCache | undefined;
  /** Issuers of the certificates that named the locations, each under the key of the list. */
  readonly #issuers: DiskCache | undefined;
  readonly #answers: DiskCache | undefined;
  readonly #onFailure: ((url: string, why: string) => void) | undefined;
  /** Files that are being removed. */
  readonly #removals = new Set<Promise<void>>();

  /**
   * @param directory - where the files are; undefined: nothing is kept
   * @param onFailure - called with the location of what could not be written
   */
  constructor(directory: string | undefined, onFailure?: (url: string, why: string) => void) {
    this.#onFailure = onFailure;
    if (directory === undefined) return;
    this.#lists = new DiskCache(directory, 'object');
    this.#issuers = new DiskCache(directory, 'issuer');
    this.#answers = new DiskCache(directory, 'ocsp');
  }

  /**
   * Reads the lists one after the other.
   * @param maxBytes - of a list; larger ones are left out
   */
  async *lists(maxBytes: number): AsyncGenerator<KeptList> {
    const issuers = new Map<string, Uint8Array>();
    for await (const { key, bytes } of this.#issuers?.all(maxBytes) ?? none) issuers.set(key, bytes);
    for await (const list of this.#lists?.all(maxBytes) ?? none)
      yield { ...list, issuer: certificateIn(issuers.get(list.key)) };
  }

  /**
   * Reads the OCSP answers one after the other.
   * @param maxBytes - of an answer; larger ones are left out
   */
  async *answers(maxBytes: number): AsyncGenerator<CachedObject> {
    yield* this.#answers?.all(maxBytes) ?? none;
  }

  /**
   * Keeps a list. What cannot be written only costs a fetch after the next start.
   * @param key - of the list
   * @param url - where it was fetched
   * @param list - its bytes, and the DER of the issuer it was checked against
   * @param isKept - whether the fetcher still has it
   */
  async keepList(
    key: string,
    url: string,
    { bytes, issuer }: { readonly bytes: Uint8Array; readonly issuer: Uint8Array | undefined },
    isKept: IsKept,
  ): Promise<void> {
    await this.#keep(this.#lists, key, url, bytes, isKept);
    if (issuer !== undefined) await this.#keep(this.#issuers, key, url, issuer, isKept);
  }

  /**
   * Keeps an OCSP answer, as {@link keepList} keeps a list.
   * @param key - of the answer
   * @param url - where it was fetched
   * @param bytes - the answer
   * @param isKept - whether the fetcher still has it
   */
  keepAnswer(key: string, url: string, bytes: Uint8Array, isKept: IsKept): Promise<void> {
    return this.#keep(this.#answers, key, url, bytes, isKept);
  }

  /** Removes a list with its issuer. */
  async removeList(key: string): Promise<void> {
    await Promise.all([this.#remove(this.#lists, key), this.#remove(this.#issuers, key)]);
  }

  /** Removes an OCSP answer. */
  async removeAnswer(key: string): Promise<void> {
    await this.#remove(this.#answers, key);
  }

  /** Resolves once everything that is being removed is gone. */
  async removed(): Promise<void> {
    await Promise.all(this.#removals);
  }

  async #keep(
    cache: DiskCache | undefined,
    key: string,
    url: string,
    bytes: Uint8Array,
    isKept: IsKept,
  ): Promise<void> {
    await cache?.keep(key, bytes).catch((fault: unknown) => {
      this.#onFailure?.(url, `fetched, but not kept: ${(fault as Error).message}`);
    });
    if (!isKept()) await cache?.remove(key);
  }

  #remove(cache: DiskCache | undefined, key: string): Promise<void> | undefined {
    if (cache === undefined) return undefined;
    const removal = cache.remove(key).finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
    return removal;
  }
}

const none: readonly never[] = [];

function certificateIn(der: Uint8Array | undefined): Certificate | undefined {
  const decoded = der === undefined ? undefined : decodeCertificate(der);
  return decoded?.ok === true ? decoded.value : undefined;
}
