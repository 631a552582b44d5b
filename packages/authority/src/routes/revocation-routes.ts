import { isRevocationReason } from '@entente/pki';
import { by, serialDetails } from '../audit/audit-log.ts';
import { badOrder, readOrder } from './order.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

/**
 * What administrators revoke, and what they release from a hold.
 * @param app - receives the route
 * @param context - what it answers with
 */
export function addRevocationRoutes(
  app: AuthorityApp,
  { authority, guard, limited, refusals }: RouteContext,
): void {
  app.post('/revoke', async (c) => {
    const { caller } = c.env;
    const order = await readOrder(c.req.raw, caller, guard);
    if (order instanceof Response) return order;
    const tooMany = limited('command', caller);
    if (tooMany !== undefined) return tooMany;
    const { serial, server, reason = 'unspecified' } = order;
    if (!isRevocationReason(reason) || (typeof serial === 'string') === (typeof server === 'string')) {
      return refusals.request(
        badOrder('either "serial" or "server", and "reason" with a name from RFC 5280'),
        caller,
      );
    }
    const entry = {
      ...by(caller),
      subject: String(server ?? serial).slice(0, 253),
      outcome: 'done',
      reason,
    } as const;
    // Before it takes effect: what was revoked is in the trail even where the authority stops half-way.
    await authority.audit.record({ ...entry, action: 'revocation-ordered', details: {} });
    const outcome =
      typeof serial === 'string'
        ? await authority.revocation.revoke(serial.toLowerCase(), reason)
        : await authority.revocation.revokeSubject(String(server).toLowerCase(), reason);
    if (!outcome.ok) return refusals.request(outcome.refusal, caller);
    const { crlNumber, serials } = outcome;
    await authority.audit.record({
      ...entry,
      action: 'certificate-revoked',
      details: { ...serialDetails(serials), crlNumber },
    });
    return c.json({ serials, crlNumber });
  });

  app.post('/release', async (c) => {
    const { caller } = c.env;
    const order = await readOrder(c.req.raw, caller, guard);
    if (order instanceof Response) return order;
    const tooMany = limited('command', caller);
    if (tooMany !== undefined) return tooMany;
    const { serial } = order;
    if (typeof serial !== 'string') return refusals.request(badOrder('"serial"'), caller);
    const serialHex = serial.toLowerCase();
    const outcome = await authority.revocation.release(serialHex);
    if (!outcome.ok) return refusals.request(outcome.refusal, caller);
    const { crlNumber, serials } = outcome;
    const released = await authority.opened.ledger.find(authority.issuance.issuer.id, serialHex);
    await authority.audit.record({
      ...by(caller),
      action: 'hold-ended',
      ...(released === undefined ? {} : { subject: released.subject }),
      outcome: 'done',
      details: { serial: serialHex, crlNumber },
    });
    return c.json({ serials, crlNumber });
  });
}
