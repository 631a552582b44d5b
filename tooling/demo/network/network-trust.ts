import type { Network } from '@entente/testkit';
import { openTrust, type Trust } from '@entente/tls';

/** What a user of a network trusts: its root, with the revocation lists that its CA publishes. */
export function networkTrust({ addresses, anchorsFile }: Network): Promise<Trust> {
  return openTrust({
    anchors: anchorsFile,
    fetch: {
      hosts: [],
      privateHosts: [...addresses.keys()],
      lookUp: async (host) => [addresses.get(host)].filter((address) => address !== undefined),
    },
  });
}
