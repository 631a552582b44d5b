import { type RootPlan, spkiHash } from '@entente/pki';
import type { RootFolder } from '@entente/pki/node';
import { timeText } from '../authority/certificates.ts';

/**
 * What the root would sign, for the person who decides on it.
 * @param plan - from `examineRootRequest`
 * @param folder - of the root; where it keeps no list, the number is as good as the request, and the person has to know that
 * @param now - when, by the clock of this machine, milliseconds since 1970: it is in what is signed, and who agrees vouches for it
 */
export function describePlan(
  plan: RootPlan,
  { certificate: root, list }: Pick<RootFolder, 'certificate' | 'list'>,
  now: number,
): readonly string[] {
  const { issuing, newlyRevoked, outside, request } = plan;
  return [
    `  domain          ${request.domain}`,
    `  root            ${root.subject.toString()}, until ${day(root.notAfter)}`,
    `  signed at       ${timeText(now)}, by the clock of this machine`,
    `  list            number ${plan.listNumber}, ${plan.revoked.length} revoked`,
    ...(list === undefined
      ? ['                  after the list of the request: the folder of the root has NO list of its own']
      : []),
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
