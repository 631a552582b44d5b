import { type Credential, loadCredential, TlsFault } from '@entente/tls';
import { joinAgain, MemberFault } from '../files/fault.ts';
import type { FileName, MemberFiles } from '../files/member-files.ts';

/** The files of each side of a server. */
const sides = {
  internal: { key: 'key', certificate: 'certificate', pending: 'pending', nextKey: 'nextKey' },
  external: {
    key: 'externalKey',
    certificate: 'externalCertificate',
    pending: 'externalPending',
    nextKey: 'externalNextKey',
  },
} as const satisfies Record<string, Record<string, FileName>>;

/** A side of a server that has a certificate of its own. */
export type Side = keyof typeof sides;

/** Certificate chain and key, PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

const chainBegins = '-----BEGIN CERTIFICATE-----';

/**
 * Key and certificate of one side on disk. They are two files, which no file system replaces at once: a new pair is first written
 * whole to a third file, and a run that finds the third file completes the replacement. So a crash at any moment leaves the old pair
 * or the new one, never one half of each.
 */
export class CredentialFiles {
  readonly side: Side;
  readonly #files: Pick<MemberFiles, 'path' | 'read' | 'write' | 'remove'>;
  readonly #names: (typeof sides)[Side];

  /** @param side - whose certificate it is */
  constructor(files: Pick<MemberFiles, 'path' | 'read' | 'write' | 'remove'>, side: Side) {
    this.side = side;
    this.#files = files;
    this.#names = sides[side];
  }

  /** Path of the certificate. */
  get place(): string {
    return this.#files.path(this.#names.certificate);
  }

  /**
   * Loads the pair, after completing a replacement that a crash has interrupted.
   * @returns `undefined` where there is no certificate
   * @throws MemberFault `ENTENTE_MEMBER_DAMAGED` where one of the two is missing or damaged; TlsFault `ENTENTE_FILE_UNREADABLE`, `ENTENTE_KEY_MISMATCH`;
   * PkiFault `ENTENTE_PKI_SECRET_EXPOSED` where others may read the key
   */
  async load(): Promise<Credential | undefined> {
    await this.#recover();
    const { certificate, key } = this.#names;
    if ((await this.#files.read(certificate)) === undefined) return undefined;
    // Refused where others may read it; what is loaded below says nothing of that.
    await this.#files.read(key);
    try {
      return await loadCredential({
        certificate: this.#files.path(certificate),
        key: this.#files.path(key),
      });
    } catch (cause) {
      throw withRemedy(cause as TlsFault);
    }
  }

  /**
   * The key of the next certificate, PEM. It is on disk before the certificate is requested: where the answer is lost, the request is
   * repeated with the same key.
   * @returns `undefined` where none is requested
   */
  async nextKey(): Promise<string | undefined> {
    return this.#files.read(this.#names.nextKey);
  }

  /** Writes the key of the next certificate. */
  async keepNextKey(key: string): Promise<void> {
    await this.#files.write(this.#names.nextKey, key);
  }

  /** Forgets the key of the next certificate: it has its certificate, or will never have one. */
  async dropNextKey(): Promise<void> {
    await this.#files.remove(this.#names.nextKey);
  }

  /** Replaces the pair on disk. */
  async replace(pair: KeyPair): Promise<void> {
    // Flushed and renamed: from here on the new pair is the one that a restart finds.
    await this.#files.write(this.#names.pending, pair.key + pair.certificate);
    await this.#finish(pair);
  }

  async #recover(): Promise<void> {
    const text = await this.#files.read(this.#names.pending);
    if (text === undefined) return;
    const at = text.indexOf(chainBegins);
    const pair = { key: text.slice(0, at), certificate: text.slice(at) };
    if (at > 0 && (await fits(pair))) await this.#finish(pair);
    // Not what `replace` wrote: the pair that is there stays.
    else await this.#files.remove(this.#names.pending);
  }

  async #finish({ certificate, key }: KeyPair): Promise<void> {
    await this.#files.write(this.#names.key, key);
    await this.#files.write(this.#names.certificate, certificate);
    await this.#files.remove(this.#names.pending);
  }
}

/** What a member says of a pair that it cannot use: nobody has another key or certificate for it than the authority. */
function withRemedy(cause: TlsFault): TlsFault | MemberFault {
  if (isDamage(cause)) return damaged(cause);
  const { code, message: sentence, place } = cause;
  if (code !== 'ENTENTE_KEY_MISMATCH') return cause;
  return new TlsFault(code, { sentence, place, remedy: joinAgain, cause });
}

/** A file that this user may not read is not damaged, and a key of another certificate is said to be that. */
function isDamage({ cause, code }: TlsFault): boolean {
  if (code === 'ENTENTE_FILE_UNREADABLE')
    return (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  return code === 'ENTENTE_CERTIFICATE_UNREADABLE' || code === 'ENTENTE_KEY_UNREADABLE';
}

/** Nobody has a file to put in its place: the authority gives another one. */
function damaged(cause: TlsFault): MemberFault {
  const { message: sentence, place } = cause;
  return new MemberFault('ENTENTE_MEMBER_DAMAGED', { sentence, place, remedy: joinAgain, cause });
}

async function fits(pair: KeyPair): Promise<boolean> {
  try {
    await using credential = await loadCredential(pair);
    return credential.current.certificatePem === pair.certificate;
  } catch {
    return false;
  }
}
