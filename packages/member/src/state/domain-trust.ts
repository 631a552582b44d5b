import { type Clock, openTrust, type Trust } from '@entente/tls';
import type { LookUp, Store } from '@entente/trust/node';
import type { Certificate, CertificateList } from '@entente/x509';
import type { DomainChange, DomainState } from './domain-state.ts';
import { enterpriseAnchors } from './enterprise-anchors.ts';

/** How a member fetches what a verdict lacks. */
export interface ListFetching {
  /** Hosts of the domain that publish revocation lists; they may have private addresses, and no other host is asked. */
  readonly hosts: readonly string[];
  /** Finds the addresses of a host; default: DNS. */
  readonly lookUp?: LookUp;
  readonly cacheDirectory: string;
  /** Called for each list that was fetched and that the authority has signed whose certificate names it. */
  readonly onCrl?: (list: CertificateList, url: string) => void;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

/**
 * The trust of a member, which judges by the state of its domain. Each change of the state is one change of the trust, announced
 * to open connections before any listener that is added to the state later.
 * @param state - not disposed of with the trust
 * @param fetching - where lists may be fetched
 */
export function openDomainTrust(state: DomainState, fetching: ListFetching): Promise<Trust> {
  return openTrust({
    // Of the two exactly one reports a change, so no change is judged twice.
    anchors: storeOf(
      state,
      () => state.anchors,
      ({ what }) => what === 'topology' || what === 'standing',
    ),
    crls: storeOf(
      state,
      () => ({ crls: state.lists }),
      ({ what }) => what === 'lists',
    ),
    latestSigned: () => state.latestSigned,
    ...clockOf(fetching),
    fetch: fetchFrom(fetching),
  });
}

/**
 * A trust in the enterprise roots alone, for the time before there is a topology.
 * @param roots - whom to believe
 * @param latestSigned - see `JudgeOptions` of `@entente/trust`; milliseconds since the epoch
 * @param fetching - where lists may be fetched
 */
export function openRootTrust(
  roots: readonly Certificate[],
  latestSigned: number | undefined,
  fetching: ListFetching,
): Promise<Trust> {
  return openTrust({
    anchors: enterpriseAnchors(roots),
    latestSigned: () => latestSigned,
    ...clockOf(fetching),
    fetch: fetchFrom(fetching),
  });
}

function clockOf({ clock }: ListFetching) {
  return clock === undefined ? {} : { clock };
}

function fetchFrom({ cacheDirectory, hosts, lookUp, onCrl }: ListFetching) {
  return {
    hosts: [],
    privateHosts: hosts,
    cacheDirectory,
    ...(lookUp === undefined ? {} : { lookUp }),
    ...(onCrl === undefined ? {} : { onCrl }),
  };
}

/** A part of the state, as a store for `openTrust`. */
function storeOf<T>(
  state: DomainState,
  read: () => T,
  concerns: (change: DomainChange) => boolean,
): Store<T> {
  const stops = new Set<() => void>();
  return {
    get current() {
      return read();
    },
    onChange(listener) {
      const stop = state.onChange((change) => {
        if (concerns(change)) listener(read());
      });
      stops.add(stop);
      return () => {
        stops.delete(stop);
        stop();
      };
    },
    async [Symbol.asyncDispose]() {
      for (const stop of stops) stop();
      stops.clear();
    },
  };
}
