import { type AnchorSet, anchorSet, type RevocationKnowledge } from '@entente/trust';
import type { Store } from '@entente/trust/node';
import { type Certificate, type CertificateList, decodeCrl, encodePem } from '@entente/x509';
import { PkiFault } from '../../ground/fault.ts';
import type { PublishedCrl } from '../../revocation/crl-publisher.ts';
import type { AuthorityFolder } from '../authority-folder.ts';
import { publicMode } from '../write-file-atomically.ts';

/** The file of the lists in force: of the roots, and of every issuing authority whose certificates may be in use. */
export const listsFile = 'lists.crl';

/** What `openTrust` of `@entente/tls` takes. Its lists follow the authority; its roots are those of when it was opened. */
export interface AuthorityTrust {
  /** Its roots, as they were when the authority was opened. */
  readonly anchors: Store<AnchorSet>;
  /** Its lists in force; replaced with each publication. */
  readonly crls: Store<RevocationKnowledge>;
}

/** What a relying party needs of an authority: its roots, and what it has revoked. */
export class PublishedLists {
  readonly #folder: AuthorityFolder;
  readonly #anchors: AnchorSet;
  #knowledge: RevocationKnowledge = { crls: [] };
  readonly #listeners = new Set<(current: RevocationKnowledge) => void>();

  /**
   * @param folder - of the authority
   * @param roots - all that it has
   */
  constructor(folder: AuthorityFolder, roots: readonly Certificate[]) {
    this.#folder = folder;
    this.#anchors = anchorSet(
      roots.map((certificate) => ({ name: certificate.subject.toString(), certificate })),
    );
  }

  /** Puts lists in force: in the file first, then here, also where the file cannot be written. */
  async replace(lists: readonly PublishedCrl[]): Promise<void> {
    const text = lists.map(({ der }) => encodePem('X509 CRL', der)).join('');
    try {
      await this.#folder.write(listsFile, text, publicMode);
    } finally {
      this.#tell(lists);
    }
  }

  #tell(lists: readonly PublishedCrl[]): void {
    const known = new Map(this.#knowledge.crls.map((list) => [Buffer.from(list.der).toString('hex'), list]));
    // A list that stays is the same object, so that nothing that depends on it alone is judged again.
    this.#knowledge = {
      crls: lists.map(({ der }) => known.get(Buffer.from(der).toString('hex')) ?? decoded(der)),
    };
    for (const listener of [...this.#listeners]) listener(this.#knowledge);
  }

  /** Roots and lists for one relying party; what it disposes of is its own. */
  trust(): AuthorityTrust {
    const anchors = this.#anchors;
    const listeners = this.#listeners;
    const own = new Set<(current: RevocationKnowledge) => void>();
    const knowledge = (): RevocationKnowledge => this.#knowledge;
    return {
      anchors: { current: anchors, onChange: () => () => {}, [Symbol.asyncDispose]: async () => {} },
      crls: {
        get current() {
          return knowledge();
        },
        onChange(listener) {
          own.add(listener);
          listeners.add(listener);
          return () => {
            own.delete(listener);
            listeners.delete(listener);
          };
        },
        async [Symbol.asyncDispose]() {
          for (const listener of own) listeners.delete(listener);
        },
      },
    };
  }
}

function decoded(der: Uint8Array): CertificateList {
  const list = decodeCrl(der);
  if (list.ok) return list.value;
  throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: `the list that was just signed is malformed: ${list.error.message}`,
    place: list.error.where,
    remedy: 'open the authority again; if that fails too, restore it from a copy',
  });
}
