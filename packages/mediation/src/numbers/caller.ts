import type { Account } from '@entente/accounts';
import type { FollowedAccounts } from '@entente/member';
import type { MessageEditor, SipRequest, Uri } from '@entente/sip';
import {
  isTelephoneUri,
  numberOf,
  type RequestRefusal,
  readNumber,
  refusal,
  warning399,
} from '@entente/sip-proxy';
import { numberingOf } from '@entente/sip-relay';
import type { Topology } from '@entente/topology';

const asserted = 'P-Asserted-Identity';

/**
 * Fields that only servers of ours write, which a gateway is not, and the one that names who has transferred a call: it can name any user of ours, and
 * nothing proves it (RFC 3892).
 */
const insiderFields = [
  'P-Associated-URI',
  'P-Preferred-Identity',
  'Remote-Party-ID',
  'Entente-Diagnostics',
  'Authorization',
  'Proxy-Authorization',
  'Referred-By',
] as const;

/**
 * Who pays for a call and for whom it is made: carriers charge by them, so that none of them goes on from a user to a gateway, nor from a gateway
 * to a user.
 * @see RFC 7315 §4.2, §4.5 and §4.6, RFC 8496, RFC 5502, RFC 5503
 */
const chargingFields = [
  'P-Charge-Info',
  'P-Served-User',
  'P-Called-Party-ID',
  'P-Charging-Vector',
  'P-Charging-Function-Addresses',
  'P-DCS-Trace-Party-ID',
  'P-DCS-OSPS',
  'P-DCS-Billing-Info',
  'P-DCS-LAES',
  'P-DCS-Redirect',
  'P-Profile-Key',
] as const;

/** What decides whether a caller is who the gateway says. */
export interface CallerKnowledge {
  /** Of this server, for the Warning. */
  readonly fqdn: string;
  readonly topology: Topology;
  readonly accounts: Pick<FollowedAccounts, 'known'>;
}

/**
 * Refuses a caller from the telephone network who claims to be a user of ours: by an address at a domain of ours, by a number that a user has, or
 * by a name that is not a number. A caller who withholds the number is `anonymous`.
 * @param request - of a gateway, outside of a dialog
 * @param known - topology and accounts
 * @see RFC 3325 §5, RFC 3323 §4.1.1.3
 */
export function refuseCaller(request: SipRequest, known: CallerKnowledge): RequestRefusal | undefined {
  const from = spoofed('From', request.from.uri, known, true);
  if (from !== undefined || !request.has(asserted)) return from;
  for (const { uri } of request.addressesOf(asserted)) {
    const refused = spoofed(asserted, uri, known, false);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function spoofed(
  header: string,
  uri: Uri,
  { accounts, fqdn, topology }: CallerKnowledge,
  mayBeAnonymous: boolean,
): RequestRefusal | undefined {
  if (mayBeAnonymous && isAnonymous(uri, topology)) return undefined;
  const isOurs = uri.kind === 'sip' && topology.isOurDomain(uri.host);
  const read = readNumber(uri);
  if ((isOurs && !isTelephoneUri(uri)) || !read.ok || !/^\+?\d+$/.test(read.number.digits))
    return notAuthorised(header, `the number of a caller, found ${uri.toString()}`, fqdn);
  const number = numberOf(uri, numberingOf(topology));
  // It would look like the number of a user, and be compared with none.
  if (!number.ok)
    return notAuthorised(header, `a number that can be made global, found ${uri.toString()}`, fqdn);
  const owners = accounts.known.withNumber(number.number);
  return owners.length === 0
    ? undefined
    : notAuthorised(header, `a number outside, found ${uri.toString()}, which is a user’s of ours`, fqdn);
}

/** It must not be at a domain of ours: there it is a user. */
function isAnonymous(uri: Uri, topology: Topology): boolean {
  if (uri.kind !== 'sip' || topology.isOurDomain(uri.host)) return false;
  return uri.host === 'anonymous.invalid' || uri.user?.toLowerCase() === 'anonymous';
}

function notAuthorised(header: string, expected: string, agent: string): RequestRefusal {
  return refusal(
    'identity-not-authorised',
    403,
    `${header}: expected ${expected}`,
    'Let the gateway send the global number of the caller, or anonymous@anonymous.invalid, or add a rule for its numbers under telephony.rules.',
    [['Warning', warning399(agent, 'The caller is not one that a gateway may speak for')]],
  );
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
  for (const name of [...insiderFields, ...chargingFields]) if (message.has(name)) editor.remove(name);
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
