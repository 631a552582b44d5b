import { type Certificate, decodeCrl } from '@entente/x509';
import { spkiHash } from '../ground/issuer-id.ts';
import type { RootRequest } from './root-documents.ts';

/**
 * A root in a sentence: two of one domain may have the same name.
 * @param root - its certificate
 */
export function nameOfOurs({ der, subject }: Pick<Certificate, 'der' | 'subject'>): string {
  return named(subject.toString(), spkiHash(der));
}

/**
 * The root of a request or an answer in a sentence, by the list in it. Nothing of it is believed.
 * @param document - request or answer
 */
export function nameOfTheirs({ list, root }: Pick<RootRequest, 'list' | 'root'>): string {
  const decoded = decodeCrl(list);
  return named(decoded.ok ? decoded.value.issuer.toString() : 'a root', root);
}

function named(name: string, hash: string): string {
  return `${name} (certificate ${hash.slice(0, 16)}…)`;
}
