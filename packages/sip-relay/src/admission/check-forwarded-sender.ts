import { showsAsOurs } from '@entente/federation';
import type { SipRequest, SipUri, Uri } from '@entente/sip';
import { type DialogToken, type RequestRefusal, refusal } from '@entente/sip-proxy';
import type { Role, Topology } from '@entente/topology';
import { isUnnamedCaller, refuseOutsideCaller } from '../numbering/outside-caller.ts';
import { readUserPart } from '../numbering/user-part.ts';

/** What a server that brings requests of others is held to. */
export interface ForwardedSenderKnowledge {
  /** Of this server. */
  readonly fqdn: string;
  /** In force. */
  readonly topology: Topology;
  /** Whether a user of ours has a global number. */
  readonly isNumberOfUser: (number: string) => boolean;
}

/**
 * Refuses whom a server cannot bring: a mediation server brings calls of numbers outside, an edge what partners of the topology send, and users of ours,
 * who prove who they are. Both have asked the same; one that was taken over has not. A request that claims to be in a dialog, and has no entry of ours,
 * goes nowhere: its route decides that.
 * @param request - as received
 * @param role - of the server that sends it
 * @param dialog - our token for the dialog that it is in
 * @param known - topology, and numbers of users
 */
export function checkForwardedSender(
  request: SipRequest,
  role: Role | undefined,
  dialog: DialogToken | undefined,
  known: ForwardedSenderKnowledge,
): RequestRefusal | undefined {
  if (request.method === 'ACK') return undefined;
  if (dialog !== undefined) return refuseInDialog(request, role, dialog, known);
  if (request.to.tag !== undefined && request.method !== 'REGISTER') return undefined;
  if (role === 'mediation') return refuseFromTelephones(request, known);
  return role === 'edge' ? refuseFromOutside(request, known) : undefined;
}

/**
 * From is written with each request, so who has begun a dialog is held in it to what could have begun it. The end that was called has the address that
 * was called, which may be a number or an address of ours: with another one our token does not open. A user of ours proves who that is. Who ends a call says
 * nothing more, and it ends although the topology or a number has changed meanwhile.
 */
function refuseInDialog(
  { from: { uri }, method }: SipRequest,
  role: Role | undefined,
  { caller, sender }: DialogToken,
  known: ForwardedSenderKnowledge,
): RequestRefusal | undefined {
  if (sender === 'called' || caller.user !== '' || method === 'BYE') return undefined;
  if (role === 'mediation') return refuseCaller(uri, known);
  if (uri.kind !== 'sip' || known.topology.isOurDomain(uri.host)) return unproven(uri);
  return role === 'edge' ? refuseOutsider(uri, known) : undefined;
}

function refuseFromTelephones(
  { from: { uri }, method }: SipRequest,
  known: ForwardedSenderKnowledge,
): RequestRefusal | undefined {
  return method === 'INVITE' ? refuseCaller(uri, known) : callsOnly(method);
}

function refuseCaller(uri: Uri, known: ForwardedSenderKnowledge): RequestRefusal | undefined {
  return isUnnamedCaller(uri, known.topology) ? undefined : refuseOutsideCaller('From', uri, known);
}

function refuseFromOutside(
  { from: { uri } }: SipRequest,
  known: ForwardedSenderKnowledge,
): RequestRefusal | undefined {
  return uri.kind !== 'sip' || known.topology.isOurDomain(uri.host) ? undefined : refuseOutsider(uri, known);
}

function refuseOutsider(uri: SipUri, known: ForwardedSenderKnowledge): RequestRefusal | undefined {
  const { partnerOf, policies } = known.topology;
  const partner = partnerOf(uri.host);
  const isBlocked = partner !== undefined && 'kind' in partner && partner.kind === 'blocked';
  if (partner === undefined ? policies.federation.discovery : !isBlocked) return refuseOurUser(uri, known);
  return refusal(
    'domain-not-authorised',
    403,
    `From: expected a domain of ours or of a partner, found ${uri.host}, ${isBlocked ? 'which the topology blocks' : 'which the topology does not list'}`,
    'List the domain in the entry of a partner (entente topology add partner); the edge that brings it holds partners to their domains, so look at that edge where its topology is the same.',
  );
}

/** A partner names its users as it likes, but as none of ours. */
function refuseOurUser(uri: SipUri, known: ForwardedSenderKnowledge): RequestRefusal | undefined {
  if (!showsAsOurs(uri, known.topology)) return refuseOurNumber(uri, known);
  return refusal(
    'identity-not-authorised',
    403,
    `From: expected a user of ${uri.host}, found one whose name shows as an address of ours, or is too long to be read`,
    'Let the partner send the address of its user; the edge that brings it asks the same, so look at that edge where its topology is the same.',
  );
}

/**
 * A partner names its users as it likes, and telephones show a name that is a global number as a number: one that a user of ours has, with the name of
 * that user.
 */
function refuseOurNumber(
  uri: SipUri,
  { isNumberOfUser, topology }: ForwardedSenderKnowledge,
): RequestRefusal | undefined {
  const read = readUserPart(uri.user ?? '', topology, isNumberOfUser);
  if (read === undefined) return undefined;
  return refusal(
    'identity-not-authorised',
    403,
    `From: expected a user of ${uri.host}, found ${uri.toString()}, ${read === 'ours' ? 'which is the number of a user of ours' : 'which looks like a number and is none that can be read'}`,
    read === 'ours'
      ? 'Let the partner send the address of its user; a number that has moved to the partner is taken from our user: entente user number --none.'
      : 'Let the partner send the address of its user, or a global number: + and at most 15 digits.',
  );
}

/** It has begun the dialog as nobody of ours. */
function unproven(uri: Uri): RequestRefusal {
  return refusal(
    'identity-not-authorised',
    403,
    `From: expected the address of the one outside who has begun the dialog, found ${uri.toString()}`,
    'Send From as in the request that has begun the dialog; a user of ours begins one with a proof of who that is.',
  );
}

function callsOnly(method: string): RequestRefusal {
  return refusal(
    'method-not-allowed',
    405,
    `expected INVITE from a mediation server outside of a dialog, found ${method}`,
    'Look at the mediation server: it brings nothing else of a gateway.',
    [['Allow', 'INVITE']],
  );
}
