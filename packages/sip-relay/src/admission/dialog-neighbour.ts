import type { SipRequest } from '@entente/sip';
import { type DialogToken, type RequestRefusal, refusal } from '@entente/sip-proxy';
import { routeName, type Topology } from '@entente/topology';

/**
 * Whether a server, or another of its pool, is the next one towards the end of a dialog that a request comes from.
 * @param dialog - our token
 * @param server - FQDN of the server that sends the request
 * @param topology - in force
 */
export function isNextTowardsSender(dialog: DialogToken, server: string, topology: Topology): boolean {
  const { via } = dialog[dialog.sender];
  return via !== '' && routeName(topology, via) === routeName(topology, server);
}

/**
 * Refuses what a server that vouches for nobody sends in a dialog as an end that is behind another server, and that proves nothing here. It would
 * have left out the entry of the server that asks that end for a proof, or put it behind ours. An ACK proves nothing.
 * @param request - in the dialog
 * @param dialog - our token
 * @param server - FQDN of the server that sends it
 * @param topology - in force
 */
export function refuseOtherEnd(
  { method }: SipRequest,
  dialog: DialogToken,
  server: string,
  topology: Topology,
): RequestRefusal | undefined {
  const { user, via } = dialog[dialog.sender];
  const isToBeProven = user !== '' && method !== 'ACK';
  if (isToBeProven || isNextTowardsSender(dialog, server, topology)) return undefined;
  return refusal(
    'relay-not-allowed',
    403,
    `Route: expected first the entry of a dialog whose sender is behind ${server}, found one whose sender is ${via === '' ? 'a client of this server' : `behind ${via}`}`,
    'Send requests along the whole route set of the dialog, in its order; look at the server where it leaves entries out.',
  );
}
