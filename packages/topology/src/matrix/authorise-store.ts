import { anyText, callback } from '@entente/options';
import type { StoreEntry } from '../document/document.ts';
import type { Topology } from '../network/topology.ts';
import { checks } from '../terms/fault.ts';
import type { PeerNames } from './authorise.ts';
import { links } from './links.ts';
import type { TopologyRejection } from './rejection.ts';

/** The answer of stage 5 of the verdict for a store, shaped like `Authorised` of `@entente/trust`. */
export type StoreAuthorised =
  | { readonly ok: true; readonly server: string; readonly row: number }
  | { readonly ok: false; readonly rejection: TopologyRejection };

/**
 * Creates the authorisation of a server that dials a store (row 18): it allows that store alone, and no longer than the topology lists it.
 *
 * @param topology - the one in force, asked at every decision; undefined where there is none yet
 * @param name - FQDN of the store
 * @param kind - what the topology must list it as
 * @returns a function for `Question.authorise`
 */
export function authoriseStore(
  topology: () => Topology | undefined,
  name: string,
  kind: StoreEntry['kind'],
): (peer: PeerNames) => StoreAuthorised {
  checks.argument(
    topology,
    callback,
    'topology of authoriseStore',
    'give a function that returns the topology in force',
  );
  checks.argument(name, anyText, 'name of authoriseStore');
  return (peer) => {
    const listed = topology()?.stores.get(name)?.kind;
    if (listed === kind && (peer.matched === name || peer.dnsNames.includes(name)))
      return { ok: true, server: name, row: links.serverToStore.row };
    const found = listed === kind ? 'a certificate without that name' : (listed ?? 'no store of that name');
    return {
      ok: false,
      rejection: {
        reason: 'not-in-topology',
        server: name,
        message: `Expected ${name} to be a store of kind ${kind} in the topology, found ${found}.`,
        remedy: `Add it with entente topology add store ${name} --kind ${kind} and publish the topology, or correct the configuration.`,
      },
    };
  };
}
