import { trimSpace } from '../syntax/characters.ts';
import { checkText } from '../syntax/check-text.ts';
import { malformedHeader, type Parsed } from '../syntax/problem.ts';
import { isToken } from './token-with-parameters.ts';

/** The privacy services RFC 3323 §4.2 and RFC 3325 §9.3 name. */
export type PrivacyService = 'header' | 'session' | 'user' | 'none' | 'critical' | 'id' | 'history';

/**
 * Parses a Privacy value: services separated by semicolons.
 *
 * @returns the services in lower case; names beyond `PrivacyService` stay in.
 * @see RFC 3323 §4.2
 */
export function parsePrivacy(text: string): Parsed<readonly string[]> {
  checkText(text);
  const value = text.split(';').map((service) => trimSpace(service).toLowerCase());
  // "none" requests no privacy and must be the only value.
  if (!value.every(isToken) || (value.includes('none') && value.length > 1)) {
    return { ok: false, error: malformedHeader('Privacy', 'tokens separated by ";", or "none" alone', text) };
  }
  return { ok: true, value };
}
