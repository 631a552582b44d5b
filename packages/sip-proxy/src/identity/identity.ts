import { addressOfRecord, type MessageEditor, type NameAddr, type SipRequest } from '@entente/sip';
import { type RequestRefusal, refusal, warning399 } from '../request/refusal.ts';
import type { DialogToken } from '../route/route-token.ts';

/** Who sent a request, as far as this server knows. */
export type Sender =
  /** A user who authenticated, with the addresses of record (`alice@contoso.example`) they may send as; the first is their own. */
  | { readonly kind: 'user'; readonly addresses: readonly string[] }
  /** A server of the topology that we believe when it says who a user is (RFC 3325 §2.3: our trust domain). */
  | { readonly kind: 'trusted-server'; readonly name: string }
  /** A peer outside our trust domain: nothing it asserts counts. */
  | { readonly kind: 'outsider'; readonly name: string };

/** What {@link identityOf} finds. */
export type AssertedIdentity =
  | {
      readonly ok: true;
      /** The identity to assert, as address of record; undefined where none is known (an outsider's, or a server's own). */
      readonly asserted: string | undefined;
      /** P-Asserted-Identity values to send on. */
      readonly values: readonly (NameAddr | string)[];
    }
  | { readonly ok: false; readonly refusal: RequestRefusal };

const assertedHeader = 'P-Asserted-Identity';
const preferredHeader = 'P-Preferred-Identity';

/**
 * Decides whether the sender may use the identity in From, and which identity this server vouches for.
 * A user may send only as their own addresses of record; From `anonymous@anonymous.invalid` claims no address and is allowed
 * (RFC 3323 §4.1.1.3).
 * @param request - as received
 * @param sender - who it came from
 * @param agent - our host name, for the Warning
 * @see RFC 3325 §5, RFC 3261 §22
 */
export function identityOf(request: SipRequest, sender: Sender, agent: string): AssertedIdentity {
  if (sender.kind === 'trusted-server') {
    const values = request.has(assertedHeader) ? request.addressesOf(assertedHeader) : [];
    const first = values.find((value) => value.uri.kind === 'sip');
    return { ok: true, asserted: first === undefined ? undefined : addressOfRecord(first.uri), values };
  }
  if (sender.kind === 'outsider') return { ok: true, asserted: undefined, values: [] };

  const from = request.from.uri;
  const claimed = addressOfRecord(from);
  const anonymous = from.kind === 'sip' && from.host === 'anonymous.invalid';
  if (!anonymous && (claimed === undefined || !sender.addresses.includes(claimed))) {
    return notAuthorised('From', sender.addresses, claimed ?? from.toString(), agent);
  }
  let asserted = anonymous ? sender.addresses[0] : claimed;
  if (request.has(preferredHeader)) {
    for (const preferred of request.addressesOf(preferredHeader)) {
      const wanted = addressOfRecord(preferred.uri);
      if (wanted === undefined || !sender.addresses.includes(wanted)) {
        return notAuthorised(preferredHeader, sender.addresses, wanted ?? preferred.uri.toString(), agent);
      }
      asserted = wanted;
    }
  }
  const values = asserted === undefined ? [] : [`<sip:${asserted}>`];
  return { ok: true, asserted, values };
}

/**
 * Decides which identity a user has inside a dialog: the one that our token vouches for. Who was called keeps the address that the caller
 * has written into To, be it a group's, a foreign one or a number; the token opens with that address alone.
 * @param request - in the dialog
 * @param addresses - addresses of record that the user has proven
 * @param dialog - our token
 * @param agent - our host name, for the Warning
 * @see RFC 3261 §12.2.1.1
 */
export function identityInDialog(
  request: SipRequest,
  addresses: readonly string[],
  dialog: DialogToken,
  agent: string,
): AssertedIdentity {
  const { user } = dialog[dialog.sender];
  if (!addresses.includes(user)) return notAuthorised('Route', addresses, user || 'nobody of ours', agent);
  if (dialog.sender === 'caller') return identityOf(request, { kind: 'user', addresses: [user] }, agent);
  return { ok: true, asserted: user, values: [`<sip:${user}>`] };
}

/**
 * Writes the identity headers of a request that goes on inside the trust domain: what the sender put there is replaced by
 * what this server vouches for.
 * @param editor - of the request
 * @param identity - an accepted identity
 * @see RFC 3325 §5
 */
export function applyIdentity(
  editor: MessageEditor<SipRequest>,
  request: SipRequest,
  identity: Extract<AssertedIdentity, { ok: true }>,
): void {
  if (request.has(preferredHeader)) editor.remove(preferredHeader);
  if (identity.values.length === 0) {
    if (request.has(assertedHeader)) editor.remove(assertedHeader);
    return;
  }
  const [first, ...others] = identity.values;
  editor.set(assertedHeader, first!);
  for (const other of others) editor.append(assertedHeader, other);
}

/**
 * Takes the asserted identity off a message for a peer outside the trust domain, or for any user where the sender asked for privacy
 * of it. Call it after {@link applyIdentity}, which may have put it there.
 * @param editor - of the message
 * @param message - the message as received
 * @param receiver - what the next hop is
 * @see RFC 3325 §7, §9.3
 */
export function stripIdentity(
  editor: MessageEditor<SipRequest>,
  message: SipRequest,
  receiver: 'trusted-server' | 'user' | 'outsider',
): void {
  if (receiver === 'trusted-server') return;
  if (receiver === 'outsider' || asksForPrivacy(message)) editor.remove(assertedHeader);
}

/** Whether the sender asks that the asserted identity stays inside the trust domain. */
function asksForPrivacy(message: SipRequest): boolean {
  if (!message.has('Privacy')) return false;
  return message
    .all('Privacy')
    .some((field) => field.split(/[;,]/).some((value) => value.trim().toLowerCase() === 'id'));
}

function notAuthorised(
  header: string,
  addresses: readonly string[],
  found: string,
  agent: string,
): AssertedIdentity {
  return {
    ok: false,
    refusal: refusal(
      'identity-not-authorised',
      403,
      `${header}: expected ${addresses.join(' or ') || 'an address of the authenticated user'}, found ${found}`,
      'Send From (and P-Preferred-Identity) with the address of the account that authenticates.',
      [['Warning', warning399(agent, 'The identity in the request is not that of the authenticated user')]],
    ),
  };
}
