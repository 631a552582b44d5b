import { randomBytes } from 'node:crypto';
import {
  type CertificateNames,
  certificateNamesOf,
  decodeCertificate,
  encodePem,
  sameCertificateNames,
} from '@entente/x509';
import { createKeyAndRequest } from '../../client/key-and-request.ts';
import { PkiFault } from '../../ground/fault.ts';
import { limitsText, nameOutside } from '../../ground/outside-limits.ts';
import { type PkiRefusal, refuse } from '../../ground/refusal.ts';
import type { MayIssue } from '../../ground/request.ts';
import type { Clock } from '../../ground/signer.ts';
import { createIssuance, type Issuance } from '../../issuing/issuance.ts';
import { type LiveIssuers, rollingIssuance } from '../../rollover/rolling-issuance.ts';
import type { OpenAuthorityFolder } from '../open-authority-folder.ts';
import type { IdentityFiles } from './identity-files.ts';
import { libraryRemedy } from './library-remedies.ts';
import type { ServiceMaterial } from './service-identity.ts';

/** What identities are issued with. */
export interface IdentityIssuerOptions {
  readonly opened: OpenAuthorityFolder;
  readonly live: LiveIssuers;
  readonly objectsUrl: string;
  readonly clock: Clock;
}

/** A service that wants a certificate. */
export interface Wanted {
  /** Its first name, in the form in which it is recorded. */
  readonly subject: string;
  readonly names: CertificateNames;
  readonly files: IdentityFiles;
}

/** Issues identities, and knows which of those on disk still count. */
export class IdentityIssuer {
  readonly #options: IdentityIssuerOptions;
  readonly #issuance: Issuance;
  /** The names of what is being issued, by subject: the caller of this process decides on them, not the request. */
  readonly #wanted = new Map<string, CertificateNames>();

  constructor(options: IdentityIssuerOptions) {
    this.#options = options;
    const { clock, live, objectsUrl, opened } = options;
    this.#issuance = rollingIssuance(live, (issuer) =>
      createIssuance({
        issuer,
        anchors: opened.roots,
        throwAway: opened.throwAway,
        ledger: opened.ledger,
        mayIssue: this.#mayIssue,
        clock,
        random: randomBytes,
        objectsUrl,
      }),
    );
  }

  /**
   * Whether what is on disk is that of this authority: issued by it, for these names, and not revoked.
   * @param material - from the files
   */
  async counts({ leaf }: ServiceMaterial, { names }: Wanted): Promise<boolean> {
    const { live, opened } = this.#options;
    const issuer = live().find(({ certificate }) => certificate.subject.canonical === leaf.issuer.canonical);
    if (issuer === undefined || !sameCertificateNames(certificateNamesOf(leaf), names)) return false;
    const recorded = await opened.ledger.find(issuer.id, leaf.serialHex);
    return (
      recorded !== undefined &&
      recorded.revocation === undefined &&
      Buffer.from(recorded.certificate).equals(leaf.der)
    );
  }

  /**
   * Refuses a service whose newest certificate is revoked, expired or not: what was taken from it does not come back by a restart.
   * @throws PkiFault `ENTENTE_PKI_NOT_ISSUED`
   */
  async refuseRevoked(subject: string): Promise<void> {
    const newest = (await this.#options.opened.ledger.issuedTo(subject, 0)).at(-1);
    const revocation = newest?.revocation;
    if (revocation === undefined) return;
    throw notIssued(
      subject,
      refuse(
        'subject-revoked',
        `the certificate of ${subject} was revoked at ${new Date(revocation.at).toISOString()} (${revocation.reason})`,
        'call reissue where the service shall have another one',
      ),
    );
  }

  /**
   * The names of the newest certificate of a service, revoked or expired as it may be.
   * @throws PkiFault `ENTENTE_PKI_NOT_ISSUED` where there was none
   */
  async lastNames(subject: string): Promise<CertificateNames> {
    const newest = (await this.#options.opened.ledger.issuedTo(subject, 0)).at(-1);
    const leaf = newest === undefined ? undefined : decodeCertificate(newest.certificate);
    if (leaf?.ok === true) return certificateNamesOf(leaf.value);
    throw notIssued(
      subject,
      refuse(
        'certificate-unknown',
        `expected a service that has had a certificate, found none of ${subject}`,
        'correct the name, or call identity for a service that is new',
      ),
    );
  }

  /**
   * Issues a certificate for a new key, and writes both.
   * @param wanted - the service
   * @throws PkiFault `ENTENTE_PKI_NOT_ISSUED`
   */
  async issue({ files, names, subject }: Wanted): Promise<ServiceMaterial> {
    const { privateKeyPem, request } = await createKeyAndRequest({ subject });
    this.#wanted.set(subject, names);
    try {
      const outcome = await this.#issuance.issue(
        { profile: 'service', subject, request },
        { kind: 'administrator', name: 'openAuthority' },
      );
      if (!outcome.ok) throw notIssued(subject, outcome.refusal);
      const { chain, der } = outcome.certificate;
      const leaf = decodeCertificate(der);
      if (!leaf.ok) throw notIssued(subject, refuse('profile-violated', leaf.error.message, 'report it'));
      await files.write(privateKeyPem, chain);
      return {
        certificatePem: chain.map((one) => encodePem('CERTIFICATE', one)).join(''),
        keyPem: privateKeyPem,
        leaf: leaf.value,
      };
    } finally {
      this.#wanted.delete(subject);
    }
  }

  readonly #mayIssue: MayIssue = ({ profile, subject }) => {
    const names = this.#wanted.get(subject);
    if (profile !== 'service' || names === undefined) {
      return {
        ok: false,
        refusal: refuse('profile-not-allowed', `${subject} was not asked for as a service`, 'call identity'),
      };
    }
    const { root } = this.#options.opened;
    const outside = nameOutside(root, names);
    if (outside === undefined) return { ok: true, names };
    return {
      ok: false,
      refusal: refuse(
        'name-not-allowed',
        `the root cannot vouch for ${outside}: its certificate limits it to ${limitsText(root)}`,
        'use a name within these limits; they are fixed when an authority is created, by its options domain and addresses',
      ),
    };
  };
}

/**
 * The fault of a service that gets no certificate.
 * @param subject - its first name
 * @param refusal - why
 */
export function notIssued(subject: string, { message, reason, remedy }: PkiRefusal): PkiFault {
  return new PkiFault('ENTENTE_PKI_NOT_ISSUED', {
    sentence: message,
    place: `identity of ${subject}`,
    remedy: libraryRemedy(reason, remedy),
    reason,
  });
}
