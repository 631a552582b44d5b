import type { Certificate } from '@entente/x509';
import type { TrustedVerdict } from '../trust/peer.ts';
import type { ChangeScope } from '../trust/trust.ts';

/** What a connection is indexed by. */
export interface IndexPlace {
  readonly anchor: string;
  /** FQDN of the server that the peer was authorised as. */
  readonly server: string | undefined;
  /** Issuers of every certificate of the path. */
  readonly issuers: readonly string[];
  /** Serial numbers of the path, in the order of `issuers`. */
  readonly serials: readonly string[];
  /** Names of the peer and of that server, lower case. */
  readonly names: ReadonlySet<string>;
}

/**
 * Finds the connections that a change affects, so that the others are not judged again: by anchor, by issuer and serial number
 * of every certificate of the path, by server, by domain.
 */
export class ConnectionIndex<T> {
  readonly #byAnchor = new Groups<T>();
  readonly #byIssuer = new Groups<T>();
  readonly #byName = new Groups<T>();
  readonly #places = new Map<T, IndexPlace>();

  /** Number of connections. */
  get size(): number {
    return this.#places.size;
  }

  /**
   * Adds a connection, or updates it after a later verdict.
   * @param item - the connection
   * @param verdict - its last verdict
   */
  set(item: T, verdict: TrustedVerdict): void {
    this.delete(item);
    const place = placeOf(verdict);
    this.#places.set(item, place);
    this.#byAnchor.add(place.anchor, item);
    for (const issuer of place.issuers) this.#byIssuer.add(issuer, item);
    for (const name of place.names) this.#byName.add(name, item);
  }

  /**
   * Removes a connection.
   * @param item - the connection
   */
  delete(item: T): void {
    const place = this.#places.get(item);
    if (place === undefined) return;
    this.#places.delete(item);
    this.#byAnchor.delete(place.anchor, item);
    for (const issuer of place.issuers) this.#byIssuer.delete(issuer, item);
    for (const name of place.names) this.#byName.delete(name, item);
  }

  /**
   * @param scope - what changed
   * @returns every connection that the change may affect
   */
  touchedBy(scope: ChangeScope): Set<T> {
    const touched = new Set<T>();
    const collect = (items: Iterable<T>) => {
      for (const item of items) touched.add(item);
    };
    for (const anchor of scope.anchors ?? []) collect(this.#byAnchor.get(anchor));
    for (const issuer of scope.issuers ?? []) collect(this.#byIssuer.get(foldedName(issuer)));
    for (const { issuer, serialHex } of scope.certificates ?? []) {
      const folded = foldedName(issuer);
      const serial = serialHex.toLowerCase();
      for (const item of this.#byIssuer.get(folded)) {
        const { issuers, serials } = this.#places.get(item)!;
        if (serials.some((each, at) => each === serial && issuers[at] === folded)) touched.add(item);
      }
    }
    for (const server of scope.servers ?? []) collect(this.#byName.get(server.toLowerCase()));
    for (const domain of scope.domains ?? []) {
      const whole = domain.toLowerCase();
      const below = `.${whole}`;
      // There are few names beside connections, and comparing one is cheap beside a verdict.
      for (const name of this.#byName.keys()) {
        if (name === whole || name.endsWith(below)) collect(this.#byName.get(name));
      }
    }
    return touched;
  }
}

class Groups<T> {
  readonly #groups = new Map<string, Set<T>>();

  add(key: string, item: T): void {
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, new Set([item]));
    else group.add(item);
  }

  delete(key: string, item: T): void {
    const group = this.#groups.get(key);
    if (group === undefined) return;
    group.delete(item);
    if (group.size === 0) this.#groups.delete(key);
  }

  get(key: string): Iterable<T> {
    return this.#groups.get(key) ?? [];
  }

  keys(): Iterable<string> {
    return this.#groups.keys();
  }
}

/** The place of the last connection with a path: a judge gives the same list of certificates to all connections of a leaf. */
const places = new WeakMap<readonly Certificate[], IndexPlace>();

function placeOf(verdict: TrustedVerdict): IndexPlace {
  const { path, peer } = verdict;
  const known = places.get(path.certificates);
  // An authorisation may select another server than before, and the path may end at another anchor.
  if (known !== undefined && known.server === peer.server && known.anchor === path.anchor.name) return known;
  const place = makePlace(verdict);
  places.set(path.certificates, place);
  return place;
}

function makePlace({ path, peer }: TrustedVerdict): IndexPlace {
  const { certificates, anchor } = path;
  const names = new Set<string>();
  for (const name of peer.dnsNames) names.add(name.toLowerCase());
  for (const domain of peer.sipDomains) names.add(domain.toLowerCase());
  if (peer.server !== undefined) names.add(peer.server.toLowerCase());
  return {
    anchor: anchor.name,
    server: peer.server,
    // Above the leaf a judge returns the same objects each time, so their names are formatted once.
    issuers: certificates.map((_, at) => subjectOf(certificates[at + 1] ?? anchor.certificate)),
    serials: certificates.map(({ serialHex }) => serialHex),
    names,
  };
}

const subjects = new WeakMap<Certificate, string>();

function subjectOf(certificate: Certificate): string {
  let subject = subjects.get(certificate);
  if (subject === undefined) {
    subject = foldedName(certificate.subject.toString());
    subjects.set(certificate, subject);
  }
  return subject;
}

/**
 * A name of a CA without case and spaces (RFC 5280 §7.1). A connection that is found for nothing costs a verdict; one that is not
 * found would stay open.
 */
function foldedName(name: string): string {
  return name.toLowerCase().replaceAll(' ', '');
}
