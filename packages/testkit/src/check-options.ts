/** What an option takes, in words that follow `expected … to be`. */
type Kind =
  | 'a text'
  | 'a function'
  | 'true or false'
  | 'a list'
  | 'an object'
  | 'a port from 1 to 65535'
  | 'milliseconds since 1970'
  | "'debug'";

const fits: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  'a text': (value) => typeof value === 'string' && value !== '',
  'a function': (value) => typeof value === 'function',
  'true or false': (value) => typeof value === 'boolean',
  'a list': Array.isArray,
  'an object': (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'a port from 1 to 65535': (value) =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535,
  'milliseconds since 1970': Number.isFinite,
  "'debug'": (value) => value === 'debug',
};

/** The options of `startNetwork`. */
export const networkOptions: Readonly<Record<string, Kind>> = {
  domain: 'a text',
  directory: 'a text',
  clients: 'a list',
  frontEndLauncher: 'a list',
  serverArguments: 'a list',
  partners: 'a list',
  otherHosts: 'a list',
  dnsPort: 'a port from 1 to 65535',
  frontEndConfig: 'an object',
  edgeConfig: 'an object',
  serverConfig: 'an object',
  hasEdgePool: 'true or false',
  hasDirectors: 'true or false',
  extend: 'a function',
  accounts: 'an object',
  logLevel: "'debug'",
  onStep: 'a function',
  onProcess: 'a function',
};

/**
 * Looks at options before anything is started: a test of a plugin in JavaScript would run on another network than the one that it describes.
 * @param given - what the caller passed
 * @param kinds - what each option takes
 * @param of - whose options they are
 * @throws TypeError with code `ENTENTE_TESTKIT_OPTION`
 */
export function checkOptions(given: unknown, kinds: Readonly<Record<string, Kind>>, of: string): void {
  if (!fits['an object'](given)) throw refused(`the options of ${of} to be an object, found another value`);
  for (const [name, value] of Object.entries(given as object)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined)
      throw refused(
        `only options of ${of}, found ${JSON.stringify(name)}: there are ${Object.keys(kinds).join(', ')}`,
      );
    if (value !== undefined && !fits[kind](value))
      throw refused(`${name} of ${of} to be ${kind}, found ${found(value)}`);
  }
}

/** What a caller gave, in a few words. */
function found(value: unknown): string {
  if (value === '') return 'an empty text';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/**
 * Looks at an argument, which JavaScript would take whatever it is.
 * @param given - what the caller passed
 * @param kind - what it takes
 * @param of - which argument it is, e.g. `name of createTestAuthority`
 * @throws TypeError with code `ENTENTE_TESTKIT_OPTION`
 */
export function checkArgument(given: unknown, kind: Kind, of: string): void {
  if (!fits[kind](given)) throw refused(`${of} to be ${kind}, found ${found(given)}`);
}

/**
 * Looks at the names of users, before servers are started for them.
 * @param names - the users who are wanted
 * @param users - those that there are
 * @param of - where they are named, e.g. `clients of startNetwork`
 * @throws TypeError with code `ENTENTE_TESTKIT_OPTION`
 */
export function checkUsers(names: readonly string[], users: readonly string[], of: string): void {
  const unknown = names.find((name) => !users.includes(name));
  if (unknown !== undefined) throw refused(`${of} to be among ${users.join(', ')}, found ${String(unknown)}`);
}

/**
 * The fault of an option or argument.
 * @param sentence - what follows `expected`
 */
export function refused(sentence: string): Error {
  return Object.assign(new TypeError(`expected ${sentence}`), { code: 'ENTENTE_TESTKIT_OPTION' });
}
