import { isRecord, rule, text } from '@entente/options';
import { checksOf } from '../misuse.ts';

/** Refuses options of stores and fetchers with `ENTENTE_BAD_STORE_OPTION`. */
export const checks = checksOf('ENTENTE_BAD_STORE_OPTION');

const aLocation = rule(
  'a path, or a text as { pem }',
  (value) => text.fits?.(value) === true || (isRecord(value) && typeof value.pem === 'string'),
);

/**
 * Checks the place of a store.
 *
 * @param location - as given
 * @param of - which function it is given to
 * @throws TrustFault `ENTENTE_BAD_STORE_OPTION`
 */
export function checkLocation(location: unknown, of: string): void {
  checks.argument(location, aLocation, `location of ${of}`);
}
