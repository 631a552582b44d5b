import type { PeerIdentity } from '@entente/trust';
import type { TrustedVerdict } from './peer.ts';
import type { ChangeScope } from './trust.ts';

/**
 * Finds the connections that a change touches without looking at the others: by anchor, by issuer of every certificate of the
 * path, by issuer and serial number, by server, by domain.
 */
export class ConnectionIndex<T> {
  readonly #byKey = new Map<string, Set<T>>();

  /** Number of keys in use. */
  get keys(): number {
    return this.#byKey.size;
  }

  /**
   * @param item - the connection
   * @param verdict - the verdict it stands on
   * @returns its keys, to be given back to {@link remove}
   */
  add(item: T, verdict: TrustedVerdict): readonly string[] {
    const keys = keysOf(verdict);
    for (const key of keys) {
      const set = this.#byKey.get(key);
      if (set === undefined) this.#byKey.set(key, new Set([item]));
      else set.add(item);
    }
    return keys;
  }

  /**
   * @param item - the connection
   * @param keys - what {@link add} returned for it
   */
  remove(item: T, keys: readonly string[]): void {
    for (const key of keys) {
      const set = this.#byKey.get(key);
      if (set === undefined) continue;
      set.delete(item);
      if (set.size === 0) this.#byKey.delete(key);
    }
  }

  /**
   * @param scope - what changed
   * @returns every connection that the change may touch
   */
  touchedBy(scope: ChangeScope): Set<T> {
    const touched = new Set<T>();
    const collect = (key: string) => {
      for (const item of this.#byKey.get(key) ?? []) touched.add(item);
    };
    for (const anchor of scope.anchors ?? []) collect(`anchor ${anchor}`);
    for (const issuer of scope.issuers ?? []) collect(`issuer ${issuer}`);
    for (const { issuer, serialHex } of scope.certificates ?? []) collect(certificateKey(issuer, serialHex));
    for (const server of scope.servers ?? []) collect(`server ${server.toLowerCase()}`);
    for (const domain of scope.domains ?? []) collect(`domain ${domain.toLowerCase()}`);
    return touched;
  }
}

/** Labels of one name that are indexed; a name has at most 127, and nobody lists a partner by more than these. */
const mostLabels = 16;

function keysOf(verdict: TrustedVerdict): string[] {
  const keys = new Set<string>([`anchor ${verdict.peer.anchor}`]);
  for (const certificate of verdict.path.certificates) {
    const issuer = certificate.issuer.toString();
    keys.add(`issuer ${issuer}`);
    keys.add(certificateKey(issuer, certificate.serialHex));
  }
  const { server } = verdict.peer;
  if (server !== undefined) keys.add(`server ${server.toLowerCase()}`);
  for (const name of namesOf(verdict.peer)) {
    keys.add(`server ${name}`);
    let from = name;
    for (let label = 0; label < mostLabels; label++) {
      keys.add(`domain ${from}`);
      const dot = from.indexOf('.');
      if (dot < 0) break;
      from = from.slice(dot + 1);
    }
  }
  return [...keys];
}

function namesOf(peer: PeerIdentity): string[] {
  return [...peer.dnsNames, ...peer.sipDomains].map((name) => name.toLowerCase());
}

function certificateKey(issuer: string, serialHex: string): string {
  return `certificate ${issuer} ${serialHex}`;
}
