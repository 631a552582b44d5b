import type { CrlPublisher } from '../revocation/crl-publisher.ts';
import type {
  PublishedRevocation,
  RevocationDesk,
  RevocationOutcome,
} from '../revocation/revocation-desk.ts';
import type { RollingPublisher } from './rolling-publisher.ts';

/**
 * Revokes what any of the live issuing authorities has issued: a serial number finds its issuer, a subject's certificates are revoked of
 * all of them.
 * @param publisher - of all of them
 * @param create - the desk of one authority
 */
export function rollingDesk(
  publisher: RollingPublisher,
  create: (publisher: CrlPublisher) => RevocationDesk,
): RevocationDesk {
  const created = new WeakMap<CrlPublisher, RevocationDesk>();
  const desks = (): readonly RevocationDesk[] =>
    publisher.all().map((one) => {
      const desk = created.get(one) ?? create(one);
      created.set(one, desk);
      return desk;
    });
  /** The outcome of the authority that knows the certificate. */
  const first = async (
    ask: (desk: RevocationDesk) => Promise<RevocationOutcome<PublishedRevocation>>,
  ): Promise<RevocationOutcome<PublishedRevocation>> => {
    const [active, ...others] = desks();
    const outcome = await ask(active as RevocationDesk);
    if (outcome.ok || outcome.refusal.reason !== 'certificate-unknown') return outcome;
    for (const desk of others) {
      const found = await ask(desk);
      if (found.ok || found.refusal.reason !== 'certificate-unknown') return found;
    }
    return outcome;
  };
  return {
    revoke: (serialHex, reason) => first((desk) => desk.revoke(serialHex, reason)),
    async revokeSubject(subject, reason) {
      const serials: string[] = [];
      let crlNumber: number | undefined;
      for (const desk of desks()) {
        const outcome = await desk.revokeSubject(subject, reason);
        if (!outcome.ok) return outcome;
        if (outcome.serials.length > 0) crlNumber = outcome.crlNumber;
        serials.push(...outcome.serials);
      }
      return { ok: true, serials, crlNumber };
    },
    async revokeAll(serialsHex, reason) {
      const serials: string[] = [];
      let crlNumber: number | undefined;
      for (const desk of desks()) {
        const outcome = await desk.revokeAll(serialsHex, reason);
        if (outcome.serials.length > 0) crlNumber = outcome.crlNumber;
        serials.push(...outcome.serials);
      }
      return { serials, crlNumber };
    },
    release: (serialHex) => first((desk) => desk.release(serialHex)),
  };
}
