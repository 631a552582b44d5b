import type { SipRequest } from '@entente/sip';
import { type RequestRefusal, refusal } from '@entente/sip-proxy';
import { askedByField, type Sender } from '@entente/sip-relay';
import { type Vouchers, voucherOf } from './registration-sources.ts';

/** A request has few servers behind it: an edge, and a front end of a pool that was asked by mistake. */
const maxAskers = 8;
const voucher = /^[\w.-]{1,253}(?: [0-9a-f]{1,64})?$/;
const none: readonly string[] = [];

/**
 * The servers that a REGISTER has come over, nearest first, each as `voucherOf` writes it. What the nearest says of others counts where it
 * is believed about users; it is named itself, so what it leaves out goes with it.
 * @param request - REGISTER
 * @param sender - who has sent it
 * @returns empty for a client; a refusal for a list that cannot be read
 */
export function registerHopsOf(request: SipRequest, sender: Sender): readonly string[] | RequestRefusal {
  const { server, protection } = sender.origin;
  if (server === undefined) return none;
  const nearest = voucherOf(server, protection.peer?.serialHex);
  const before = sender.isInsider ? request.all(askedByField) : none;
  if (before.length === 0) return [nearest];
  if (before.length < maxAskers && before.every((one) => voucher.test(one))) return [nearest, ...before];
  return refusal(
    'malformed-request',
    400,
    `${askedByField}: expected fewer than ${maxAskers} servers, each a name and a serial number, found others`,
    'Leave the field to servers of the domain.',
  );
}

/**
 * Who vouches for what a REGISTER binds: a member of our pool, and everybody else that it has come over.
 * @param request - REGISTER
 * @param sender - who has sent it
 * @param vouchers - of this server; undefined where nobody asks who vouches
 */
export function hopsOfServer(
  request: SipRequest,
  sender: Sender,
  vouchers: Pick<Vouchers, 'of'> | undefined,
): { readonly askedBy?: readonly string[]; readonly vouchedBy?: string } {
  const askers = registerHopsOf(request, sender);
  // A list that cannot be read was refused before.
  if (vouchers === undefined || 'reason' in askers) return {};
  const vouchedBy = vouchers.of(sender.origin.server, sender.origin.protection.peer?.serialHex);
  return { askedBy: askers.filter((voucher) => voucher !== vouchedBy), vouchedBy };
}
