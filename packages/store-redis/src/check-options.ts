import type { RedisPlace } from './connection/redis-place.ts';
import { RedisFault } from './fault.ts';

type Rule = readonly [wanted: string, fits: (value: unknown) => boolean];

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
/** Keys of the store have it between braces (hash tag of a cluster): with one of its own it would be another pool's. */
const isName = (value: unknown): boolean =>
  typeof value === 'string' && /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(value);
const isFunction = (value: unknown): boolean => typeof value === 'function';
const has = (value: unknown, ...methods: readonly string[]): boolean =>
  isObject(value) && methods.every((name) => isFunction(Reflect.get(value, name)));

const required: { readonly [name: string]: Rule } = {
  place: ['where the store is, as { host, port }', isObject],
  pool: ['the FQDN of the pool, in lower case', isName],
  log: ['an object with the methods info and warn', (value) => has(value, 'info', 'warn')],
};
const optional: { readonly [name: string]: Rule } = {
  username: ['a text', isText],
  password: ['a text', (value) => typeof value === 'string'],
  snapshot: ['a function that opens a snapshot', isFunction],
  clock: ['a function that returns a time', isFunction],
};
const isPort = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535;

/**
 * Refuses options that would be missed later, while the store is followed: a line of a log that cannot be written ends the process. Callers in
 * JavaScript have no compiler that finds it.
 * @param options - of `RedisLocations.open`
 * @throws RedisFault `ENTENTE_REDIS_OPTION`
 */
export function checkOptions(options: { readonly place: RedisPlace }): void {
  if (!isObject(options)) throw unlike('options', 'an object with place, pool and log', options);
  checkNames(options, [...Object.keys(required), ...Object.keys(optional)], '');
  for (const [name, rule] of Object.entries(required)) check(name, Reflect.get(options, name), rule);
  for (const [name, rule] of Object.entries(optional)) {
    const value: unknown = Reflect.get(options, name);
    if (value !== undefined) check(name, value, rule);
  }
  const { dial, host, port } = options.place;
  checkNames(options.place, ['host', 'port', 'dial'], 'place.');
  check('place.host', host, ['a host name or an address', isText]);
  check('place.port', port, ['a whole number from 1 to 65535', isPort]);
  if (dial !== undefined) check('place.dial', dial, ['a function that dials', isFunction]);
}

/** An option with another name would be left out: a store would be asked without its password, or registrations lost with the process. */
function checkNames(given: object, known: readonly string[], within: string): void {
  for (const name in given) {
    if (known.includes(name)) continue;
    throw new RedisFault('ENTENTE_REDIS_OPTION', {
      sentence: `expected only options that there are, found ${within}${JSON.stringify(name.slice(0, 60))}`,
      place: `${within}${name.slice(0, 60)} of RedisLocations.open`,
      remedy: `correct the name, or remove it: there are ${known.join(', ')}`,
    });
  }
}

function check(name: string, value: unknown, [wanted, fits]: Rule): void {
  if (!fits(value)) throw unlike(name, wanted, value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The value is not repeated: it may be a password. */
function unlike(name: string, wanted: string, value: unknown): RedisFault {
  const found = value === undefined ? 'nothing' : 'something else';
  return new RedisFault('ENTENTE_REDIS_OPTION', {
    sentence: `expected ${name} to be ${wanted}, found ${found}`,
    place: `${name} of RedisLocations.open`,
    remedy: `give ${wanted}`,
  });
}
