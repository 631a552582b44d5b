import type { DeliveryEntry } from '../network/account.ts';
import type { Network } from '../network/network.ts';
import type { Federation } from '../network/start-network.ts';
import { deliverCall, deliverMessage } from './deliveries.ts';

/** Something to be delivered between two organisations, or from outside. */
export interface FederatedDelivery {
  /** A sentence for the test runner and reports. */
  readonly title: string;
  /** Delivers it. @throws if a step is refused or does not arrive */
  run(federation: Federation): Promise<DeliveryEntry>;
}

type Who = readonly [organisation: 'contoso' | 'fabrikam', user: string];

function delivery(title: string, what: 'MESSAGE' | 'call', from: Who, to: Who): FederatedDelivery {
  return {
    title,
    run(federation) {
      const [sender, receiver] = [userOf(federation, from), userOf(federation, to)];
      const through = path(federation[from[0]], from[1], federation[to[0]], to[1]);
      const deliver = what === 'MESSAGE' ? deliverMessage : deliverCall;
      return deliver(title, sender, receiver, through);
    },
  };
}

function userOf(federation: Federation, [organisation, user]: Who) {
  return federation[organisation].user(user);
}

/** The servers that a request passes, by what the two users' homes and places say. */
function path(from: Network, sender: string, to: Network, receiver: string): readonly string[] {
  const [one, other] = [from.user(sender).user, to.user(receiver).user];
  const hops: string[] = [];
  if (one.external === true) hops.push(from.organisation.edge.fqdn);
  hops.push(one.home);
  if (from !== to) hops.push(from.organisation.edge.fqdn, to.organisation.edge.fqdn);
  if (hops.at(-1) !== other.home) hops.push(other.home);
  if (other.external === true) hops.push(to.organisation.edge.fqdn);
  return hops;
}

/** What two organisations deliver to each other, and what reaches users outside. */
export const federatedDeliveries: readonly FederatedDelivery[] = [
  delivery('a message from an external user', 'MESSAGE', ['contoso', 'erin'], ['contoso', 'alice']),
  delivery('a message to an external user', 'MESSAGE', ['contoso', 'alice'], ['contoso', 'erin']),
  delivery('a message to a partner', 'MESSAGE', ['contoso', 'alice'], ['fabrikam', 'bob']),
  delivery('a message from a partner', 'MESSAGE', ['fabrikam', 'alice'], ['contoso', 'bob']),
  delivery('a call to a partner', 'call', ['contoso', 'bob'], ['fabrikam', 'alice']),
  delivery('a call from a partner', 'call', ['fabrikam', 'bob'], ['contoso', 'alice']),
  delivery('a call between external users of the two', 'call', ['contoso', 'erin'], ['fabrikam', 'erin']),
];
