import { type Issuance, PkiFault } from '@entente/pki';
import { createKeyAndRequest, renewalTime } from '@entente/pki/client';
import { type OpenAuthority, publicMode, secretMode, writeWhole } from '@entente/pki/node';
import { type Clock, type Credential, type Log, loadCredential } from '@entente/tls';
import { encodePem } from '@entente/x509';

/** The authority's own server certificate, which it renews itself. */
export interface OwnCertificate {
  readonly identity: Credential;
  /** When the next renewal is due, milliseconds since 1970. */
  renewalDue(): number;
  renew(): Promise<void>;
}

/** The middle of the interval: a single authority needs no spreading. */
const noJitter = 0.5;

/**
 * Loads the authority's certificate; issues a new one if it is due, or if key and certificate do not match after a crash.
 * @param fqdn - the authority's own name
 * @throws PkiFault `ENTENTE_PKI_NOT_ISSUED` where the topology does not allow it a certificate; faults of `loadCredential`
 */
export async function openOwnCertificate(
  fqdn: string,
  opened: OpenAuthority,
  issuance: Issuance,
  clock: Clock,
  log: Log,
): Promise<OwnCertificate> {
  const files = { certificate: opened.serverCertificate, key: opened.serverKey };
  const renewFiles = async (): Promise<void> => {
    const key = await createKeyAndRequest({ subject: fqdn });
    const outcome = await issuance.issue(
      { profile: 'server', subject: fqdn, request: key.request },
      { kind: 'server', server: fqdn, serialHex: 'self' },
    );
    if (!outcome.ok) {
      throw new PkiFault('ENTENTE_PKI_NOT_ISSUED', {
        sentence: outcome.refusal.message,
        place: files.certificate,
        remedy: outcome.refusal.remedy,
      });
    }
    const pem = outcome.certificate.chain.map((der) => encodePem('CERTIFICATE', der)).join('');
    await writeWhole(files.key, key.privateKeyPem, secretMode);
    await writeWhole(files.certificate, pem, publicMode);
    log.info(
      { event: 'renewed', serial: outcome.certificate.serialHex },
      'the authority renewed its own certificate',
    );
  };

  const identity = await loadCredential(files).catch(async (fault: { code?: string }) => {
    if (fault.code !== 'ENTENTE_KEY_MISMATCH') throw fault;
    await renewFiles();
    return loadCredential(files);
  });
  const own: OwnCertificate = {
    identity,
    renewalDue: () => renewalTime(identity.current.leaf, noJitter),
    async renew() {
      await renewFiles();
      await identity.replace(files);
    },
  };
  if (own.renewalDue() <= clock.now()) await own.renew();
  return own;
}
