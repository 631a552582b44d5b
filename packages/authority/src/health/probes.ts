import type { Standing } from '@entente/store-sql';
import type { EventHub } from '../event-hub.ts';
import type { OwnCertificate } from '../own-certificate.ts';
import type { HealthProbe, HealthProblem } from './health.ts';

/**
 * Finds a ledger whose last change could not be stored.
 * @param standing - of the database
 */
export function ledgerProbe(standing: () => Standing | undefined): HealthProbe {
  return () => {
    const now = standing();
    if (now === undefined || now.ok) return undefined;
    return { part: 'ledger', message: now.sentence, remedy: now.remedy };
  };
}

/**
 * Finds that accounts which are kept elsewhere cannot be read or changed: servers go on with those that they know.
 * @param accounts - the directory
 */
export function accountsProbe(accounts: { standing(): Standing }): HealthProbe {
  return () => {
    const now = accounts.standing();
    return now.ok ? undefined : { part: 'accounts', message: now.sentence, remedy: now.remedy };
  };
}

/** A revocation list in force. */
interface ListInForce {
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly nextUpdate: number;
}

/**
 * Finds a revocation list that has expired: members go on with it for a while, and then refuse every connection.
 * @param part - of the issuing authority, or of the root
 * @param list - the one in force
 * @param now - milliseconds since 1970
 */
export function listProbe(
  part: 'revocation-list' | 'root-revocation-list',
  list: () => ListInForce | undefined,
  now: () => number,
): HealthProbe {
  return (): HealthProblem | undefined => {
    const inForce = list();
    if (inForce !== undefined && inForce.nextUpdate > now()) return undefined;
    const found =
      inForce === undefined
        ? 'none'
        : `${inForce.number}, which expired at ${new Date(inForce.nextUpdate).toISOString()}`;
    const remedy =
      part === 'revocation-list'
        ? 'compare the clock of this machine (date -u); where it is right, do what the other problems of the authority say, which keep it from signing the next one; it tries again by itself'
        : 'let the root sign the next one: carry root-request.json to its key, sign it with entente ca root sign, and bring the answer back with entente ca root accept';
    return { part, message: `expected a revocation list that is in force, found ${found}`, remedy };
  };
}

/**
 * Finds a certificate of the authority itself that members refuse.
 * @param own - the certificate
 */
export function ownCertificateProbe(own: Pick<OwnCertificate, 'invalid'>): HealthProbe {
  return () => {
    const message = own.invalid();
    const remedy =
      'check the clock of this machine (date -u); where it is right, do what the other problems of the authority say, which keep it from issuing itself the next one; it tries again by itself';
    return message === undefined ? undefined : { part: 'own-certificate', message, remedy };
  };
}

/**
 * Finds that no more members can listen: one without a stream learns of a revocation only when it next asks.
 * @param events - the hub
 */
export function eventsProbe(events: Pick<EventHub, 'isFull'>): HealthProbe {
  return () =>
    events.isFull()
      ? {
          part: 'events',
          message: 'the authority has its maximum number of event streams',
          remedy:
            'see the log of the authority for who is refused; a member has no need of more than one stream',
        }
      : undefined;
}
