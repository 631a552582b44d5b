import type { Account } from '@entente/accounts';
import type { MessageEditor, SipRequest } from '@entente/sip';
import type { RequestRefusal } from '@entente/sip-proxy';
import { isUnnamedCaller, type OutsideCallerKnowledge, refuseOutsideCaller } from '@entente/sip-relay';

const asserted = 'P-Asserted-Identity';

/**
 * Fields that only servers of ours write, which a gateway is not, and the one that names who has transferred a call: it can name any user of ours, and
 * nothing proves it (RFC 3892).
 */
const insiderFields = [
  'P-Associated-URI',
  'P-Asserted-Service',
  'P-Preferred-Identity',
  'Remote-Party-ID',
  'Entente-Diagnostics',
  'Authorization',
  'Proxy-Authorization',
  'Referred-By',
  'Entente-Author',
  'Entente-Message-Id',
  'Entente-Asked-By',
  'Entente-Account-Version',
] as const;

/**
 * Who pays for a call and for whom it is made: carriers charge by them, so that none of them goes on from a user to a gateway, nor from a gateway
 * to a user. What else servers of one network say to each other goes with the claims of outsiders.
 * @see RFC 7315 §4.2, RFC 8496, RFC 5502
 */
const chargingFields = ['P-Charge-Info', 'P-Served-User', 'P-Called-Party-ID'] as const;

/** What neither a request nor an answer of a gateway says to us. */
const fieldsOfNoGateway = [...insiderFields, ...chargingFields] as const;

/** What no answer of a gateway says to us: who is called was not asked of anybody, and nobody has checked it. */
export const fieldsOfNoGatewaysAnswer = [asserted, ...fieldsOfNoGateway] as const;

/**
 * Refuses a caller from the telephone network who claims to be a user of ours, or a partner's, in From or in what the gateway asserts. A caller who
 * withholds the number is `anonymous`.
 * @param request - of a gateway, outside of a dialog
 * @param known - topology, and numbers of users
 * @see RFC 3325 §5, RFC 3323 §4.1.1.3
 */
export function refuseCaller(request: SipRequest, known: OutsideCallerKnowledge): RequestRefusal | undefined {
  const from = refuseFrom(request, known);
  if (from !== undefined || !request.has(asserted)) return from;
  for (const { uri } of request.addressesOf(asserted)) {
    const refused = refuseOutsideCaller(asserted, uri, known);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/**
 * Refuses a caller from the telephone network who claims in From to be a user of ours, or a partner's.
 * @param request - of a gateway that has begun the call
 * @param known - topology, and numbers of users
 */
export function refuseFrom(
  { from: { uri } }: SipRequest,
  known: OutsideCallerKnowledge,
): RequestRefusal | undefined {
  return isUnnamedCaller(uri, known.topology) ? undefined : refuseOutsideCaller('From', uri, known);
}

/**
 * Takes from a message of a gateway what only servers of ours may say.
 * @param editor - of the message
 * @param message - as received
 */
export function withoutInsiderFields(
  editor: MessageEditor<SipRequest>,
  message: Pick<SipRequest, 'has'>,
): void {
  for (const name of fieldsOfNoGateway) if (message.has(name)) editor.remove(name);
}

/** Who calls by a gateway. */
export interface OutgoingCaller {
  /** Undefined where an emergency call is carried that nobody could be asked about. */
  readonly account: Account | undefined;
  readonly isEmergency: boolean;
  /** Whether the gateway is told who a caller is who has asked that nobody is. */
  readonly isTrusted: boolean;
}

/**
 * Writes who calls as gateways read it: the number of the account, at the domain of the user. A caller without a number, and one who has asked for
 * privacy at a gateway that is not trusted with it, has none. Somebody in need is to be found: no privacy counts there.
 * @param editor - of the request that goes to the gateway
 * @param request - as received
 * @param caller - who calls
 * @see RFC 3325 §7 and §9.3, RFC 3323 §4.2
 */
export function writeCaller(
  editor: MessageEditor<SipRequest>,
  request: SipRequest,
  { account, isEmergency, isTrusted }: OutgoingCaller,
): void {
  if (request.has(asserted)) editor.remove(asserted);
  const { number } = account ?? {};
  if (account === undefined || number === undefined) return;
  if (asksForPrivacy(request) && !isTrusted && !isEmergency) return;
  const domain = account.address.slice(account.address.lastIndexOf('@') + 1);
  editor.append(asserted, `<sip:${number}@${domain};user=phone>`);
  editor.append(asserted, `<tel:${number}>`);
}

function asksForPrivacy(request: SipRequest): boolean {
  if (!request.has('Privacy')) return false;
  return request
    .all('Privacy')
    .some((field) => field.split(/[;,]/).some((value) => value.trim().toLowerCase() === 'id'));
}
