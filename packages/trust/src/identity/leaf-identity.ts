import { type Certificate, ipText } from '@entente/x509';
import { digestOf } from '../signatures/digest.ts';
import type { LeafNames } from './leaf-names.ts';
import type { PeerIdentity } from './peer-identity.ts';

/**
 * The identity of a leaf. What takes time to build (names as text, the fingerprint) is built when it is read: there is a verdict
 * at every handshake, and most are never printed. A class, because an object literal with getters would create a hidden class
 * for every peer, which only a full garbage collection removes.
 */
export class LeafIdentity implements PeerIdentity {
  readonly dnsNames: readonly string[];
  readonly sipDomains: readonly string[];
  readonly uris: readonly string[];
  declare readonly ipAddresses?: readonly string[];
  declare readonly emailAddresses?: readonly string[];
  readonly notAfter: number;
  readonly anchor: string;
  declare matched?: string;
  declare server?: string;
  declare role?: string;
  readonly #leaf: Certificate;

  constructor(leaf: Certificate, names: LeafNames, anchor: string) {
    this.#leaf = leaf;
    this.dnsNames = names.dnsNames;
    this.sipDomains = names.sipDomains;
    this.uris = names.uris;
    this.notAfter = leaf.notAfter;
    this.anchor = anchor;
    if (names.ipAddresses.length > 0) this.ipAddresses = names.ipAddresses.map(ipText);
    if (names.emailAddresses.length > 0) this.emailAddresses = names.emailAddresses;
  }

  get subject(): string {
    return this.#leaf.subject.toString();
  }

  get issuer(): string {
    return this.#leaf.issuer.toString();
  }

  get serialHex(): string {
    return this.#leaf.serialHex;
  }

  get fingerprint256(): string {
    return digestOf('sha256', this.#leaf.der).toString('hex');
  }

  /** All fields, for logs. */
  toJSON(): PeerIdentity {
    const { subject, issuer, serialHex, fingerprint256 } = this;
    return { ...this, subject, issuer, serialHex, fingerprint256 };
  }
}
