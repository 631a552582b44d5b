import { addressOfRecord, type MessageEditor, type SipRequest } from '@entente/sip';
import { applicationOf, type Topology } from '@entente/topology';

/** The id of a message that a room of ours delivers, the same in each copy. Programs take what comes twice with one id for one message. */
export const messageIdField = 'Entente-Message-Id';

/**
 * Takes the id of a delivery off a request of a user, or of a partner, who could have a user miss what a room delivers under the same id. On the way to an
 * application it stays: a room refuses what a room has delivered, so that two of them do not write to each other for ever.
 * @param editor - of the request
 * @param request - as received
 * @param topology - in force
 */
export function keepMessageId(
  editor: MessageEditor<SipRequest>,
  request: SipRequest,
  topology: Topology,
): void {
  if (request.has(messageIdField) && !isForApplication(request, topology)) editor.remove(messageIdField);
}

/** A route leads where it likes, and that of a dialog to its other end: the Request-URI says nothing then. */
function isForApplication(request: SipRequest, topology: Topology): boolean {
  if (request.to.tag !== undefined || request.has('Route')) return false;
  const address = addressOfRecord(request.uri);
  return address !== undefined && applicationOf(topology, address) !== undefined;
}
