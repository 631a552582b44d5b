import { isAlive, type ListedCertificate, stateOf, timeText } from './certificates.ts';

const dayMs = 86_400_000;
/** Nobody renews certificates of administrators and stores: this long before they end somebody should, milliseconds. */
export const endingMs = 14 * dayMs;

/** Who has certificates that end. */
export interface Holders {
  /** Stores of the topology, FQDN. */
  readonly stores: ReadonlySet<string>;
  /** Serial number of the caller’s own certificate, which is judged by its file; lower-case hexadecimal. */
  readonly own: string | undefined;
}

/**
 * Says which administrators and stores need another certificate soon: by the newest one of each that is not revoked. An administrator whose
 * certificate has ended may have left; a store of the topology has not.
 * @param certificates - of the profiles `administrator` and `store`, the ended ones of stores among them
 * @param holders - whose they may be
 * @param now - by the clock of the authority, milliseconds since 1970
 * @returns one sentence each, with what to do
 */
export function endingCertificates(
  certificates: readonly ListedCertificate[],
  { own, stores }: Holders,
  now: number,
): readonly string[] {
  const newest = new Map<string, ListedCertificate>();
  for (const certificate of certificates) {
    const { profile, subject } = certificate;
    const worth = stateOf(certificate, now);
    if (!isAlive(worth) && !(profile === 'store' && worth === 'expired')) continue;
    if (profile === 'store' && !stores.has(subject)) continue;
    const key = `${profile} ${subject}`;
    if ((newest.get(key)?.notAfter ?? 0) < certificate.notAfter) newest.set(key, certificate);
  }
  return [...newest.values()]
    .filter(({ notAfter, serial }) => notAfter - now < endingMs && serial !== own)
    .map(({ notAfter, profile, subject }) => {
      const at = timeText(notAfter);
      const verb = notAfter <= now ? 'has expired' : 'expires';
      return profile === 'store'
        ? `the certificate of the store ${subject} ${verb} at ${at}: entente cert issue --csr <file> --server ${subject}`
        : `the certificate of the administrator ${subject} ${verb} at ${at}: they renew it with entente cert renew`;
    });
}

/** A certificate that is on hold. */
export interface Held {
  /** Its serial number, lower-case hexadecimal. */
  readonly serial: string;
  /** Whose it is, and since when. */
  readonly message: string;
}

/**
 * Finds the administrators and stores that have nothing but certificates that are on hold: they do nothing until somebody ends the hold.
 * @param certificates - of the profiles `administrator` and `store`
 * @param stores - of the topology, FQDN
 * @param now - by the clock of the authority, milliseconds since 1970
 */
export function heldCertificates(
  certificates: readonly ListedCertificate[],
  stores: ReadonlySet<string>,
  now: number,
): readonly Held[] {
  const nameOf = ({ profile, subject }: ListedCertificate): string => `${profile} ${subject}`;
  const valid = new Set(certificates.filter((one) => stateOf(one, now) === 'valid').map(nameOf));
  return certificates
    .filter((one) => stateOf(one, now) === 'on hold' && one.notAfter > now && !valid.has(nameOf(one)))
    .filter(({ profile, subject }) => profile !== 'store' || stores.has(subject))
    .map((one) => ({
      serial: one.serial,
      message: `the certificate of the ${nameOf(one)}, ${one.serial}, is on hold since ${timeText(one.revocation?.at ?? now)}`,
    }));
}
