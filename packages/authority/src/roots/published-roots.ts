import { spkiHash, type TrustBundle } from '@entente/pki';
import type { RootStore } from '@entente/pki/node';
import type { Certificate } from '@entente/x509';
import { bundleSequence } from '../trust-bundle-sequence.ts';
import type { DomainRoots } from './domain-roots.ts';

/** How often members look for new roots even without an event. */
const refreshHintSeconds = 300;

/** The roots that are believed, as they are published: over HTTPS, and in the file that administrators name. */
export class PublishedRoots {
  readonly #directory: string;
  readonly #domain: string;
  readonly #roots: Pick<DomainRoots, 'believed'>;
  readonly #store: Pick<RootStore, 'publish'>;
  #current: { readonly roots: readonly Certificate[]; readonly bundle: TrustBundle } | undefined;

  /** @param options - folder and network of the authority, and its roots */
  constructor(options: {
    readonly directory: string;
    readonly domain: string;
    readonly roots: Pick<DomainRoots, 'believed'>;
    readonly store: Pick<RootStore, 'publish'>;
  }) {
    this.#directory = options.directory;
    this.#domain = options.domain;
    this.#roots = options.roots;
    this.#store = options.store;
  }

  /**
   * Publishes those that are believed now.
   * @throws Error of the files; the roots are served all the same, with the sequence number of before, and the next call goes on
   */
  async refresh(): Promise<void> {
    const roots = this.#roots.believed;
    if (this.#current?.roots === roots) return;
    const sequence = await bundleSequence(this.#directory, roots);
    await this.#store.publish(roots);
    this.#current = { roots, bundle: this.#bundleOf(roots, sequence) };
  }

  /** As members and new servers fetch it. */
  bundle(): TrustBundle {
    const roots = this.#roots.believed;
    if (this.#current?.roots === roots) return this.#current.bundle;
    return this.#bundleOf(roots, this.#current?.bundle.sequence ?? 1);
  }

  #bundleOf(roots: readonly Certificate[], sequence: number): TrustBundle {
    return {
      domain: this.#domain,
      sequence,
      refreshHintSeconds,
      roots: roots.map(({ der, publicKey }) => ({ certificate: der, publicKey: publicKey.der })),
    };
  }
}

/** What a join token names: the key of the root that a new member believes first. */
export function pinOf({ first }: Pick<DomainRoots, 'first'>): string {
  return spkiHash(first.certificate.publicKey.der);
}
