import { isOctets, list, rule, yesOrNo } from '@entente/options';
import { checks } from './encode-error.ts';

const withDer = rule<{ readonly der: Uint8Array }>('an object whose der is a Uint8Array', (value) =>
  isOctets((value as { readonly der?: unknown }).der),
);
const octets = rule('octets in a Uint8Array', (value) => isOctets(value) || Array.isArray(value));

/**
 * Reads a boolean that may be left out.
 * @throws EncodeError `ENTENTE_X509_ENCODE`
 */
export function flag(given: unknown, place: string): boolean {
  return given !== undefined && checks.argument(given, yesOrNo, place);
}

/**
 * Reads a list.
 * @throws EncodeError `ENTENTE_X509_ENCODE`
 */
export function listOf<T>(given: readonly T[], place: string): readonly T[] {
  return checks.argument(given, list, place) as readonly T[];
}

/**
 * Reads the DER of a value that has its own.
 * @throws EncodeError `ENTENTE_X509_ENCODE`
 */
export function derOf(given: { readonly der: Uint8Array }, place: string): Uint8Array {
  return checks.argument(given, withDer, place).der;
}

/**
 * Reads octets: the digits of a text would count as octets.
 * @throws EncodeError `ENTENTE_X509_ENCODE`
 */
export function octetsOf<T extends ArrayLike<number>>(given: T, place: string): T {
  return checks.argument(given, octets, place) as T;
}
