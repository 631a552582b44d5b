import { addressOfRecord, type SipRequest } from '@entente/sip';
import {
  type DialogEnd,
  type DialogToken,
  isNotifyInDialog,
  type PreprocessedRequest,
  unknownEnd,
} from '@entente/sip-proxy';
import type { DeviceFlows } from '@entente/sip-relay';
import type { EdgeRoute } from './decide-edge-route.ts';
import type { EdgeSender } from './edge-sender.ts';

/**
 * The outsider that our entries lead back to: the device of a client, or the domain that a partner speaks for.
 * @param request - that begins a dialog
 * @param arrival - where it came from
 * @param devices - where the devices of clients are
 */
export function sendingEnd(
  request: SipRequest,
  arrival: EdgeSender['arrival'],
  devices: DeviceFlows,
): DialogEnd {
  const { uri } = request.from;
  if (arrival.kind !== 'client') return { user: '', device: '', via: uri.kind === 'sip' ? uri.host : '' };
  const user = addressOfRecord(uri) ?? '';
  return { user, device: devices.deviceOn(user, arrival.flow), via: '' };
}

/** The outsider that a request is for. */
export function receivingEnd(route: EdgeRoute): DialogEnd {
  switch (route.kind) {
    case 'inside':
      return unknownEnd;
    case 'device':
      return { user: route.user, device: route.device, via: '' };
    case 'partner':
      return { user: '', device: '', via: route.domain };
  }
}

/**
 * What says that the SUBSCRIBE of a NOTIFY has passed here: only then do we stand in its Record-Route.
 * @param request - any
 * @param routes - what our entries in its Route said
 * @returns undefined for any other request
 * @see RFC 6665 §4.3
 */
export function tokenOfNotify(
  request: SipRequest,
  { tokens }: Pick<PreprocessedRequest, 'tokens'>,
): DialogToken | undefined {
  return isNotifyInDialog(request) ? tokens.find((token) => token.kind === 'dialog') : undefined;
}
