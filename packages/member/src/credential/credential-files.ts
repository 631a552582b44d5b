import { loadCredential } from '@entente/tls';
import type { FileName, MemberFiles } from '../files/member-files.ts';

/** One side of a server, and the files of its certificate. */
const sides = {
  internal: { key: 'key', certificate: 'certificate', pending: 'pending' },
  external: { key: 'externalKey', certificate: 'externalCertificate', pending: 'externalPending' },
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
 * Key and certificate of one side on disk. They are two files, which no file system replaces at once: a new pair is first
 * written down whole in a third, and whoever finds that one finishes what was begun. So a crash at any moment leaves the old
 * pair or the new one, never one half of each.
 */
export class CredentialFiles {
  readonly #files: Pick<MemberFiles, 'path' | 'read' | 'write' | 'remove'>;
  readonly #names: (typeof sides)[Side];

  /** @param side whose certificate it is */
  constructor(files: Pick<MemberFiles, 'path' | 'read' | 'write' | 'remove'>, side: Side) {
    this.#files = files;
    this.#names = sides[side];
  }

  /** Where the pair is, for `loadCredential`. */
  get paths(): KeyPair {
    const { certificate, key } = this.#names;
    return { certificate: this.#files.path(certificate), key: this.#files.path(key) };
  }

  /** Whether there is a certificate. */
  async exists(): Promise<boolean> {
    return (await this.#files.read(this.#names.certificate)) !== undefined;
  }

  /** Puts a new pair in the place of the old one. */
  async replace(pair: KeyPair): Promise<void> {
    // Flushed and renamed: with this the new pair is the one that counts.
    await this.#files.write(this.#names.pending, pair.key + pair.certificate);
    await this.#finish(pair);
  }

  /** Finishes a replacement that a crash has interrupted. Call it before the pair is read. */
  async recover(): Promise<void> {
    const text = await this.#files.read(this.#names.pending);
    if (text === undefined) return;
    const at = text.indexOf(chainBegins);
    const pair = { key: text.slice(0, at), certificate: text.slice(at) };
    if (at > 0 && (await fits(pair))) await this.#finish(pair);
    // Not what was written: the files that are there say more than it does.
    else await this.#files.remove(this.#names.pending);
  }

  async #finish({ certificate, key }: KeyPair): Promise<void> {
    await this.#files.write(this.#names.key, key);
    await this.#files.write(this.#names.certificate, certificate);
    await this.#files.remove(this.#names.pending);
  }
}

async function fits(pair: KeyPair): Promise<boolean> {
  try {
    await using identity = await loadCredential(pair);
    return identity.current.certificatePem === pair.certificate;
  } catch {
    return false;
  }
}
