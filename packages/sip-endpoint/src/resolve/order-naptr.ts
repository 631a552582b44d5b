import type { NaptrRecord } from './service-resolver.ts';

/** TLS over TCP. `SIP+D2T` offers TCP without TLS, and is discarded with all other services. */
const tlsService = 'sips+d2t';

/**
 * The SRV names that the NAPTR records of a domain give for TLS, in the order to try. A record that leads on to further NAPTR records, or
 * rewrites the name by a pattern, is none that SIP defines: it is discarded, so nothing can lead in a circle.
 * @param records - as DNS answered them
 * @returns empty where the domain names no service over TLS
 * @see RFC 3263 §4.1, RFC 3403 §4.1
 */
export function orderNaptr(records: readonly NaptrRecord[]): readonly string[] {
  return records
    .filter(
      ({ flags, regexp, replacement, service }) =>
        flags.toLowerCase() === 's' &&
        service.toLowerCase() === tlsService &&
        regexp === '' &&
        replacement !== '',
    )
    .sort((one, other) => one.order - other.order || one.preference - other.preference)
    .map(({ replacement }) => replacement);
}
