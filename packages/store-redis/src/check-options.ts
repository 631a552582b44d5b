import { anyText, callback, nested, required, rule, text, wholeNumber, withMethods } from '@entente/options';
import { checks } from './fault.ts';

/** Keys of the store have it between braces (hash tag of a cluster): with one of its own it would be another pool's. */
const fqdn = rule(
  'the FQDN of the pool, in lower case',
  (value) => typeof value === 'string' && /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(value),
);
const place = nested({
  host: required(text, 'give the host name or address of the store'),
  port: required(wholeNumber(1, 65_535), 'give the port of the store'),
  dial: callback,
});

const shape = {
  place: required(place, 'give where the store is, as { host, port }'),
  pool: required(fqdn, 'give the FQDN of the pool, in lower case'),
  log: required(
    withMethods('an object with the methods info and warn', 'info', 'warn'),
    'give an object with the methods info and warn',
  ),
  username: text,
  password: anyText,
  snapshot: callback,
  clock: callback,
};

/**
 * Refuses options that would be missed later, while the store is followed: a line of a log that cannot be written ends the process.
 * @param options - of `RedisLocations.open`
 * @throws RedisFault `ENTENTE_REDIS_OPTION`
 */
export function checkOptions(options: object): void {
  checks.options(options, shape, 'RedisLocations.open');
}
