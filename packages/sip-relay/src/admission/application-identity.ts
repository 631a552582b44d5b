import { addressOfRecord, type SipRequest, type Uri } from '@entente/sip';
import { type AssertedIdentity, refusal, warning399 } from '@entente/sip-proxy';
import { isOwnAddress, type Topology } from '@entente/topology';

/** Fields that say who sends a request. */
const assertingFields = ['P-Asserted-Identity', 'P-Preferred-Identity'] as const;

/**
 * Whether a server is a trusted application that speaks as its own addresses alone: believed, and without the right to speak as users.
 * @param topology - in force
 * @param server - its FQDN
 */
export function speaksForItself({ servers }: Topology, server: string): boolean {
  const known = servers.get(server);
  return known?.role === 'trusted-application' && !known.flags.assertsUsers;
}

/**
 * The identity of a request of such an application: From and each asserted address must be its own, because its certificate proves the
 * application and nobody else. Without an asserted address the one in From counts; From `anonymous@anonymous.invalid` claims none (RFC 3323
 * §4.1.1.3).
 * @param request - as received
 * @param server - FQDN of the application
 * @param topology - in force
 * @param agent - our host name, for the Warning
 */
export function applicationIdentity(
  request: SipRequest,
  server: string,
  topology: Topology,
  agent: string,
): AssertedIdentity {
  const from = request.from.uri;
  const isAnonymous = from.kind === 'sip' && from.host === 'anonymous.invalid';
  const own = (uri: Uri): string | undefined => {
    const address = addressOfRecord(uri);
    return address !== undefined && isOwnAddress(topology, server, address) ? address : undefined;
  };
  let asserted = own(from);
  if (asserted === undefined && !isAnonymous) return notOwn('From', server, from, agent);
  for (const field of assertingFields) {
    if (!request.has(field)) continue;
    for (const { uri } of request.addressesOf(field)) {
      const address = own(uri);
      if (address === undefined) return notOwn(field, server, uri, agent);
      asserted = address;
    }
  }
  return { ok: true, asserted, values: asserted === undefined ? [] : [`<sip:${asserted}>`] };
}

function notOwn(field: string, server: string, found: Uri, agent: string): AssertedIdentity {
  return {
    ok: false,
    refusal: refusal(
      'not-own-address',
      403,
      `${field}: expected an address of the application ${server}, found ${found.toString()}`,
      'Send as an address at the name of the application or its pool, or give it the address in "users" of the topology; the flag assertsUsers lets an application speak as users.',
      [['Warning', warning399(agent, 'The identity in the request is not that of the application')]],
    ),
  };
}
