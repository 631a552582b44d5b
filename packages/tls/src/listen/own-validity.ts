import type { KeyMaterial } from '../credential/credential.ts';
import { hearRejection } from '../fault/call-back.ts';
import { TlsFault } from '../fault/fault.ts';
import { warnOfFault } from '../fault/warn-of-fault.ts';

/**
 * Says that clients will refuse what a listener presents, because its time is over or has not come. It is no reason not to listen: a server
 * whose certificate has expired while it was down renews it while it runs, and presents the new one from the next handshake on.
 * @param material - what is presented from now on
 * @param now - milliseconds since the epoch
 * @param onFault - default: a warning of the process, because a package has no log of its caller's. The servers of Entente have these warnings in
 *   their log: `runServer` of `@entente/host`
 * @see RFC 5280 §4.1.2.5
 */
export function reportValidity(
  { leaf }: KeyMaterial,
  now: number,
  onFault: (fault: unknown) => void = (fault) => process.emitWarning(fault as TlsFault),
): void {
  const { notAfter, notBefore } = leaf;
  if (now >= notBefore && now <= notAfter) return;
  const found =
    now > notAfter
      ? `one that has expired at ${new Date(notAfter).toISOString()}`
      : `one that is valid from ${new Date(notBefore).toISOString()} on`;
  const answer: unknown = onFault(
    new TlsFault('ENTENTE_CERTIFICATE_NOT_VALID', {
      sentence: `expected a certificate of this listener that is valid now, found ${found} (${leaf.subject.toString()}, serial ${leaf.serialHex})`,
      place: 'option identity of serve',
      remedy:
        'renew the certificate and replace it by Credential.replace or in its files, or set the clock of this machine',
    }),
  );
  hearRejection(answer, warnOfFault);
}
