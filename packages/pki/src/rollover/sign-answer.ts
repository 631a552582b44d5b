import { decodeCertificate } from '@entente/x509';
import { certifyIssuing } from '../ceremony/certify-issuing.ts';
import { createOutsideAuthority } from '../ceremony/outside-authority.ts';
import { checkOptions } from '../ground/check-options.ts';
import { PkiFault } from '../ground/fault.ts';
import type { Issuer } from '../ground/issuer.ts';
import { drawSerialNumber } from '../ground/serial-number.ts';
import type { RandomBytes } from '../ground/signer.ts';
import { rootListLifetimeMs } from '../ground/validity.ts';
import { createCrl } from '../revocation/create-crl.ts';
import type { RootPlan } from './examine-request.ts';
import type { RootAnswer } from './root-documents.ts';

/** What an answer is signed with. */
export interface SignAnswerOptions {
  /** The root with its key. */
  readonly root: Issuer;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Source of serial numbers. */
  readonly random: RandomBytes;
}

/**
 * Signs what a request was examined for: always the root's next list, and what else is in the plan.
 * @param plan - from `examineRootRequest`, with the certificate of this root
 * @param options - root, time and randomness
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` for a plan that `examineRootRequest` did not make
 */
export async function signRootAnswer(plan: RootPlan, options: SignAnswerOptions): Promise<RootAnswer> {
  checkOptions(options, ['root', 'now', 'random'], [], 'signRootAnswer');
  const { now, random, root } = options;
  const { domain, objectsUrl, outsideObjectsUrls, root: rootHash } = plan.request;
  const thisUpdate = Math.floor(now / 1000) * 1000;
  const list = await createCrl(root, {
    number: plan.listNumber,
    thisUpdate,
    nextUpdate: Math.min(thisUpdate + rootListLifetimeMs, root.certificate.notAfter),
    revoked: plan.revoked,
  });
  const issuing =
    plan.issuing === undefined
      ? undefined
      : await certifyIssuing({
          ...plan.issuing,
          root,
          serialNumber: drawSerialNumber(random),
          now,
          objectsUrl,
        });
  const certified = [...plan.outside];
  if (issuing !== undefined && outsideObjectsUrls.length > 0) {
    const decoded = decodeCertificate(issuing);
    if (!decoded.ok) {
      throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
        sentence: `the certificate that was just signed is malformed: ${decoded.error.message}`,
        place: 'plan of signRootAnswer',
        remedy: 'pass a plan of examineRootRequest',
      });
    }
    certified.push(decoded.value);
  }
  const outside: Uint8Array[] = [];
  for (const certificate of certified) {
    outside.push(
      await createOutsideAuthority({
        issuing: certificate,
        root,
        serialNumber: drawSerialNumber(random),
        objectsUrls: outsideObjectsUrls,
      }),
    );
  }
  return { domain, root: rootHash, list, ...(issuing === undefined ? {} : { issuing }), outside };
}
