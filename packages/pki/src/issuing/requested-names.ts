import { type CertificateNames, type CertificationRequest, ipText } from '@entente/x509';
import { type PkiRefusal, refuse } from '../ground/refusal.ts';

/**
 * The names in a request; kinds of names that are never issued are kept, so that they are refused.
 * @param request - PKCS#10
 */
export function requestedNames(request: CertificationRequest): readonly string[] {
  const subject = request.subject.rdns.flat().map(({ text, oid }) => text ?? oid);
  const alternative = (request.subjectAltName ?? []).map((name) =>
    name.type === 'dns' || name.type === 'uri'
      ? name.value
      : name.type === 'ip'
        ? ipText(name.bytes)
        : `(${name.type})`,
  );
  return [...subject, ...alternative];
}

/**
 * The first name of a request that the rule does not allow.
 * @param requested - from `requestedNames`
 * @param names - of the decision
 * @returns the refusal, or undefined where there is none
 */
export function surplusName(requested: readonly string[], names: CertificateNames): PkiRefusal | undefined {
  const decided = new Set([names.commonName, ...names.dnsNames, ...names.uris, ...(names.ipAddresses ?? [])]);
  const surplus = requested.find((name) => !decided.has(name));
  if (surplus === undefined) return undefined;
  return refuse(
    'name-not-allowed',
    `the request contains the name ${JSON.stringify(surplus.slice(0, 253))}, which is not among the allowed names: ${[...decided].join(', ')}`,
    'remove the names from the request; or say which side of the server has them (--interface external); or change the topology first',
  );
}
