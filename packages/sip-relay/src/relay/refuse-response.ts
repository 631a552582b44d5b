import { createResponse, edit, type SipRequest, type SipResponse } from '@entente/sip';
import type { SipConnection, SipEndpoint } from '@entente/sip-endpoint';
import type { RequestRefusal } from '@entente/sip-proxy';
import { endOfCall, recordedIn, type SentInvite } from './end-of-call.ts';
import type { BranchRun, RelayedRequest } from './relayed-request.ts';

/** Devices behind one branch whose answered calls are ended. */
const mostEndedCalls = 8;
/** Makes the sender of a request in a dialog end it (RFC 3261 §12.2.1.2). */
const noDialog = 481;

/** Called for a response that did not go on. */
export type OnRefused = (request: SipRequest, refused: RequestRefusal, connection: SipConnection) => void;

/**
 * Handles a response that must not go on. A branch that rings is cancelled; a call that was answered is ended with ACK and BYE, because a
 * proxy cannot take an answer back. The sender hears the refusal, or 481 in a dialog, so that it ends its side too.
 *
 * @param run - the branch that the response came on
 * @param response - below 300, as received
 * @param refused - why it must not go on
 * @param endpoint - on whose connections ACK and BYE travel
 * @param onRefused - called once for each branch
 */
export function refuseResponse(
  run: BranchRun,
  response: SipResponse,
  refused: RequestRefusal,
  endpoint: SipEndpoint,
  onRefused: OnRefused | undefined,
): void {
  const { branch, transaction } = run;
  if (transaction === undefined || response.status === 100) return;
  const context = run.context as RelayedRequest;
  const { connection } = transaction.context;
  const sent = transaction.request;
  const isInvite = sent.method === 'INVITE';
  if (response.isProvisional && (!isInvite || branch.instead !== undefined)) return;
  if (isInvite && response.isSuccess) {
    // Another device has accepted before: the INVITE is as it came.
    const invite = run.recorded === undefined ? sent : context.server.request;
    run.ended ??= new Set();
    const sentOn = { invite, recorded: run.recorded ?? recordedIn(sent) };
    endDeviceCall(run.ended, response, sentOn, connection, endpoint);
  }
  if (branch.state === 'completed') return;
  onRefused?.(context.server.request, refused, connection);
  const status = sent.to.tag === undefined ? refused.status : noDialog;
  const { headers } = refused;
  const made = createResponse(sent, status, undefined, { toTag: endpoint.newToken(), headers });
  const instead = context.rules.arrived?.(made, branch.target) ?? made;
  if (response.isProvisional) context.refuse(branch, instead);
  else context.receive(branch, instead);
}

/**
 * Ends the call with one of the devices that have answered.
 *
 * @param ended - tags of those whose call was ended before
 * @param answer - a 2xx, as received
 * @param sent - the INVITE
 * @param connection - that it came over
 * @param endpoint - whose connection that is
 */
export function endDeviceCall(
  ended: Set<string>,
  answer: SipResponse,
  sent: SentInvite,
  connection: SipConnection,
  endpoint: SipEndpoint,
): void {
  const tag = answer.to.tag ?? '';
  const isFirst = !ended.has(tag);
  // A hop that answers as more devices than that gets no more of our messages.
  if (isFirst && ended.size >= mostEndedCalls) return;
  ended.add(tag);
  const { ack, bye } = endOfCall(sent, answer);
  connection.send(edit(ack).prepend('Via', endpoint.via(connection)).toMessage());
  // Nobody waits for its answer, and connections here repeat nothing: a transaction would count for nobody, and stay as long as the hop
  // keeps silent.
  if (isFirst) connection.send(edit(bye).prepend('Via', endpoint.via(connection)).toMessage());
}
