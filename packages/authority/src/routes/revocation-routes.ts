import { findIssued, isRevocationReason, spkiHash } from '@entente/pki';
import {
  type Certificate,
  type CertificationRequest,
  decodeCertificate,
  decodeCertificationRequest,
  decodePem,
} from '@entente/x509';
import { by, serialDetails } from '../audit/audit-log.ts';
import { untoldOf } from './not-published-yet.ts';
import { badOrder, readOrder } from './read-order-body.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

/** A certificate may have 16 kB, in base64 a third more. */
const maxOrderBytes = 32_768;
/** Valid certificates of a blocked key that are shown. */
const maxShown = 100;

/**
 * What administrators revoke, and what they release from a hold.
 * @param app - receives the route
 * @param context - what it answers with
 */
export function addRevocationRoutes(app: AuthorityApp, context: RouteContext): void {
  const { authority, refusals } = context;
  app.post('/revoke', async (c) => {
    const { caller } = c.env;
    const order = await readOrder(c.req.raw, caller, context, 'command', maxOrderBytes);
    if (order instanceof Response) return order;
    const { reason = 'unspecified', server } = order;
    const certificate = certificateIn(order.certificate);
    const serial = certificate?.serialHex ?? order.serial;
    const named = [order.serial, server, certificate].filter((one) => one !== undefined);
    const isText = [order.serial, server].every((one) => one === undefined || typeof one === 'string');
    if (!isRevocationReason(reason) || named.length !== 1 || !isText) {
      const expected = '"serial", "server" or "certificate" (PEM), and "reason" with a name from RFC 5280';
      return refusals.request(badOrder(expected), caller);
    }
    const entry = {
      ...by(caller),
      subject: String(server ?? serial).slice(0, 253),
      outcome: 'done',
      reason,
    } as const;
    // Before it takes effect: what was revoked is in the trail even where the authority stops half-way.
    await authority.audit.record({ ...entry, action: 'revocation-ordered', details: {} });
    const { revocation } = authority;
    const outcome =
      certificate !== undefined
        ? await revocation.revokeCertificate(certificate, reason)
        : server === undefined
          ? await revocation.revoke(String(serial).toLowerCase(), reason)
          : await revocation.revokeSubject(String(server).toLowerCase(), reason);
    if (!outcome.ok) return refusals.request(outcome.refusal, caller);
    const { crlNumber, serials } = outcome;
    await authority.audit.record({
      ...entry,
      action: 'certificate-revoked',
      details: { ...serialDetails(serials), ...(crlNumber === undefined ? {} : { crlNumber }) },
    });
    return c.json({ serials, crlNumber, ...untoldOf(authority) });
  });

  app.post('/block-key', async (c) => {
    const { caller } = c.env;
    const order = await readOrder(c.req.raw, caller, context, 'command', maxOrderBytes);
    if (order instanceof Response) return order;
    const { reason = 'keyCompromise' } = order;
    const key = (certificateIn(order.certificate) ?? requestIn(order.request))?.publicKey.der;
    const isOne = (order.certificate === undefined) !== (order.request === undefined);
    if (key === undefined || !isOne || !isRevocationReason(reason)) {
      const expected = '"certificate" or "request" (PEM), and "reason" with a name from RFC 5280';
      return refusals.request(badOrder(expected), caller);
    }
    const { audit, clock, opened } = authority;
    const keyHash = spkiHash(key);
    const before = await opened.ledger.blockedKey(keyHash);
    const [known] = await opened.ledger.issuedFor(keyHash);
    const entry = {
      ...by(caller),
      ...(known === undefined ? {} : { subject: known.subject }),
      outcome: 'done',
      reason: before?.reason ?? reason,
      details: { keyHash, before: before === undefined ? 'not blocked' : 'blocked' },
    } as const;
    // Before it takes effect, as above.
    await audit.record({ ...entry, action: 'key-block-ordered' });
    if (before === undefined) await opened.ledger.blockKey(keyHash, { at: clock.now(), reason });
    await audit.record({ ...entry, action: 'key-blocked' });
    // Once it is blocked: none is issued for it any more.
    const issued = await opened.ledger.issuedFor(keyHash);
    const valid = issued.filter((one) => one.revocation === undefined && one.notAfter > clock.now());
    return c.json({
      keyHash,
      reason: before?.reason ?? reason,
      blocked: before === undefined,
      valid: valid.slice(0, maxShown).map(({ serialHex, subject }) => ({ serial: serialHex, subject })),
    });
  });

  app.post('/release', async (c) => {
    const { caller } = c.env;
    const order = await readOrder(c.req.raw, caller, context, 'command');
    if (order instanceof Response) return order;
    const { serial } = order;
    if (typeof serial !== 'string') return refusals.request(badOrder('"serial"'), caller);
    const serialHex = serial.toLowerCase();
    const { audit, issuance, opened, revocation } = authority;
    // Also one of an issuing authority that retires.
    const held = await findIssued(opened.ledger, issuance, serialHex);
    const entry = {
      ...by(caller),
      ...(held === undefined ? {} : { subject: held.subject }),
      outcome: 'done',
    } as const;
    const details = { serial: serialHex.slice(0, 253) };
    // Before it takes effect, as above.
    await audit.record({ ...entry, action: 'release-ordered', details });
    const outcome = await revocation.release(serialHex);
    if (!outcome.ok) return refusals.request(outcome.refusal, caller);
    const { crlNumber, serials } = outcome;
    await audit.record({ ...entry, action: 'hold-ended', details: { ...details, crlNumber } });
    return c.json({ serials, crlNumber, ...untoldOf(authority) });
  });
}

/** @returns undefined where the text is not one certificate in PEM */
function certificateIn(text: unknown): Certificate | undefined {
  const der = blockIn(text, /^CERTIFICATE$/);
  const decoded = der === undefined ? undefined : decodeCertificate(der);
  return decoded?.ok === true ? decoded.value : undefined;
}

/** @returns undefined where the text is not one PKCS#10 request in PEM */
function requestIn(text: unknown): CertificationRequest | undefined {
  const der = blockIn(text, /^(NEW )?CERTIFICATE REQUEST$/);
  const decoded = der === undefined ? undefined : decodeCertificationRequest(der);
  return decoded?.ok === true ? decoded.value : undefined;
}

function blockIn(text: unknown, label: RegExp): Uint8Array | undefined {
  const decoded = typeof text === 'string' ? decodePem(Buffer.from(text, 'utf8')) : undefined;
  const [block, ...others] = decoded?.ok === true ? decoded.value : [];
  return block !== undefined && others.length === 0 && label.test(block.label) ? block.der : undefined;
}
