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

/** Connections of one place. */
interface Group<T> {
  readonly place: IndexPlace;
  readonly items: Set<T>;
}

/** Up to as many names are looked through for those below a domain: with more of them every connection counts as affected. */
const mostNames = 16_384;

/**
 * Finds the connections that a change affects, so that the others are not judged again: by anchor, by issuer and serial number
 * of every certificate of the path, by server, by domain. Connections with the same certificate have one place together, so that
 * the names in it take memory and time once.
 */
export class ConnectionIndex<T> {
  readonly #byAnchor = new Groups<Group<T>>();
  readonly #byIssuer = new Groups<Group<T>>();
  readonly #byName = new Groups<Group<T>>();
  readonly #byPlace = new Map<IndexPlace, Group<T>>();
  readonly #groupOf = new Map<T, Group<T>>();

  /** Number of connections. */
  get size(): number {
    return this.#groupOf.size;
  }

  /** Number of places that are indexed. */
  get places(): number {
    return new Set(this.#groupOf.values()).size;
  }

  /**
   * Adds a connection, or updates it after a later verdict.
   * @param item - the connection
   * @param verdict - its last verdict
   */
  set(item: T, verdict: TrustedVerdict): void {
    const place = placeOf(verdict);
    if (this.#groupOf.get(item)?.place === place) return;
    this.delete(item);
    const group = this.#byPlace.get(place) ?? this.#open(place);
    group.items.add(item);
    this.#groupOf.set(item, group);
  }

  /**
   * Removes a connection.
   * @param item - the connection
   */
  delete(item: T): void {
    const group = this.#groupOf.get(item);
    if (group === undefined) return;
    this.#groupOf.delete(item);
    group.items.delete(item);
    if (group.items.size === 0) this.#close(group);
  }

  #open(place: IndexPlace): Group<T> {
    const group: Group<T> = { place, items: new Set() };
    this.#byPlace.set(place, group);
    this.#byAnchor.add(place.anchor, group);
    for (const issuer of place.issuers) this.#byIssuer.add(issuer, group);
    for (const name of place.names) this.#byName.add(name, group);
    return group;
  }

  #close(group: Group<T>): void {
    const { place } = group;
    this.#byPlace.delete(place);
    this.#byAnchor.delete(place.anchor, group);
    for (const issuer of place.issuers) this.#byIssuer.delete(issuer, group);
    for (const name of place.names) this.#byName.delete(name, group);
  }

  /**
   * @param scope - what changed
   * @returns every connection that the change may affect
   */
  touchedBy(scope: ChangeScope): Set<T> {
    const touched = new Set<T>();
    const collect = (groups: Iterable<Group<T>>) => {
      for (const { items } of groups) for (const item of items) touched.add(item);
    };
    for (const anchor of scope.anchors ?? []) collect(this.#byAnchor.get(anchor));
    for (const issuer of scope.issuers ?? []) collect(this.#byIssuer.get(foldedName(issuer)));
    for (const { issuer, serialHex } of scope.certificates ?? []) {
      const folded = foldedName(issuer);
      const serial = serialHex.toLowerCase();
      for (const group of this.#byIssuer.get(folded)) {
        const { issuers, serials } = group.place;
        if (serials.some((each, at) => each === serial && issuers[at] === folded)) collect([group]);
      }
    }
    for (const server of scope.servers ?? []) collect(this.#byName.get(server.toLowerCase()));
    if (scope.domains !== undefined && this.#byName.size > mostNames) return new Set(this.#groupOf.keys());
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

/** Most names have one group: it then stands there itself, without a set around it. */
class Groups<T extends Group<unknown>> {
  readonly #groups = new Map<string, T | Set<T>>();

  add(key: string, item: T): void {
    const known = this.#groups.get(key);
    if (known === undefined) this.#groups.set(key, item);
    else if (known instanceof Set) known.add(item);
    else if (known !== item) this.#groups.set(key, new Set([known, item]));
  }

  delete(key: string, item: T): void {
    const known = this.#groups.get(key);
    if (known === item) this.#groups.delete(key);
    else if (known instanceof Set) {
      known.delete(item);
      if (known.size === 0) this.#groups.delete(key);
    }
  }

  get(key: string): Iterable<T> {
    const known = this.#groups.get(key);
    if (known === undefined) return [];
    return known instanceof Set ? known : [known];
  }

  get size(): number {
    return this.#groups.size;
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
