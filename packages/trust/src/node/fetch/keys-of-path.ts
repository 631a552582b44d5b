import { statusLocations } from '../../knowledge/locations.ts';
import type { ValidatedPath } from '../../path/validated-path.ts';
import { anchorKey, keyOf } from './anchor-key.ts';
import { ocspKey } from './fetched-ocsp.ts';
import { ocspQuestion } from './ocsp-question.ts';

/** Names of one certificate whose lists count as used; a fetch takes no more. */
const mostUsedNames = 64;

/**
 * The keys under which the status of the certificates of a path is kept.
 * @param path - of a verdict
 */
export function keysOfPath({ anchor: { certificate: top }, certificates }: ValidatedPath): {
  readonly crls: readonly string[];
  readonly answers: readonly string[];
} {
  const anchor = anchorKey(top);
  const crls: string[] = [];
  const answers: string[] = [];
  for (const [depth, certificate] of certificates.entries()) {
    const named = statusLocations(certificate);
    for (const url of named.crls.flat().slice(0, mostUsedNames)) crls.push(keyOf(anchor, url));
    const [responder] = named.ocsp;
    if (responder === undefined) continue;
    const question = ocspQuestion({ certificate, issuer: certificates[depth + 1] ?? top });
    answers.push(ocspKey(anchor, responder, question));
  }
  return { crls, answers };
}
