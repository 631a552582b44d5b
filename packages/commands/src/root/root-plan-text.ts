import { type RootPlan, spkiHash } from '@entente/pki';
import type { Certificate } from '@entente/x509';
import { timeText } from '../authority/certificates.ts';

/**
 * What the root would sign, for the person who decides on it.
 * @param plan - from `examineRootRequest`
 * @param root - certificate of the root
 * @param now - when, by the clock of this machine, milliseconds since 1970: it is in what is signed, and who agrees vouches for it
 */
export function describePlan(plan: RootPlan, root: Certificate, now: number): readonly string[] {
  const { issuing, newlyRevoked, outside, request } = plan;
  return [
    `  domain          ${request.domain}`,
    `  root            ${root.subject.toString()}, until ${day(root.notAfter)}`,
    `  signed at       ${timeText(now)}, by the clock of this machine`,
    `  list            number ${plan.listNumber}, ${plan.revoked.length} revoked`,
    ...newlyRevoked.map((one) => `  REVOKES         ${one.subject.toString()}, serial ${one.serialHex}`),
    ...(issuing === undefined
      ? []
      : [
          `  certifies       ${issuing.subject.toString()}`,
          `                  key hash ${spkiHash(issuing.publicKey.der)}`,
        ]),
    ...outside.map((one) => `  for outsiders   ${one.subject.toString()}`),
    `  list at         ${[request.objectsUrl, ...request.outsideObjectsUrls].join(', ')}`,
  ];
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
