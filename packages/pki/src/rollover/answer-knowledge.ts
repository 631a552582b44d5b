import type { Certificate, CertificateList } from '@entente/x509';

/** What an answer is verified by. */
export interface AnswerKnowledge {
  /** The organisation's network. */
  readonly domain: string;
  /** The root that was asked. */
  readonly root: Certificate;
  /** Every root that is recorded, in the order of their numbers. */
  readonly roots: readonly Certificate[];
  /** The root's list in force. */
  readonly list: CertificateList;
  /** Base of the plain HTTP address of the root's list. */
  readonly objectsUrl: string;
  /** The key for which a certificate was requested; absent where none was. */
  readonly pending?: { readonly number: number; readonly publicKey: Uint8Array };
  /** Certificates of the authorities that are recorded, those of the next root by the root among them. */
  readonly issuers: readonly Certificate[];
  /** Milliseconds since 1970. */
  readonly now: number;
}
