import { type Certificate, decodeCertificate } from '@entente/x509';
import type { OcspAnswer, RevocationIndex } from '../knowledge/revocation-index.ts';
import { CertificatePool } from '../path/certificate-pool.ts';
import type { PathContext } from '../path/path-context.ts';
import type { AnchorSet } from '../policy/anchor.ts';
import { reject } from '../reasons/catalogue.ts';
import type { Rejection } from '../reasons/rejection.ts';
import type { LeafState } from './leaf-state.ts';

/** What a search starts from. */
export interface SearchInput {
  readonly leaf: LeafState;
  readonly context: PathContext;
  /** What the peer presented, DER, leaf first. */
  readonly presented: readonly Uint8Array[];
  /** Intermediates known in advance. */
  readonly known: readonly Certificate[];
  readonly anchors: AnchorSet;
  readonly index: RevocationIndex;
  readonly stapled: readonly OcspAnswer[];
}

/**
 * A search for a path of one leaf. Most verdicts use a known issuer and need nothing else that the peer sent: it is decoded when
 * the pool is first needed.
 */
export class Search {
  readonly input: SearchInput;
  /** Presented certificates that could not be decoded; filled when the pool is created. */
  readonly malformed: Rejection[] = [];
  #pool: CertificatePool | undefined;

  constructor(input: SearchInput) {
    this.input = input;
  }

  /** Anchors, and candidates for what lies between them and the leaf. */
  pool(): CertificatePool {
    this.#pool ??= new CertificatePool(this.input.anchors, this.#candidates());
    return this.#pool;
  }

  #candidates(): readonly Certificate[] {
    const { presented, known } = this.input;
    const certificates: Certificate[] = [];
    const seen = new Set<string>();
    for (let index = 1; index < presented.length; index++) {
      const der = presented[index]!;
      // The same certificate again leads nowhere else, and each copy would cost what the first one costs.
      const before = seen.size;
      if (seen.add(bytesOf(der)).size === before) continue;
      const decoded = decodeCertificate(der);
      if (decoded.ok) {
        certificates.push(decoded.value);
        continue;
      }
      const { where, message } = decoded.error;
      this.malformed.push(reject('malformed-certificate', { depth: index, where, problem: message }));
    }
    return [...certificates, ...known];
  }
}

/** The octets as a string, for a Set. */
function bytesOf(der: Uint8Array): string {
  return Buffer.from(der.buffer, der.byteOffset, der.length).toString('latin1');
}
