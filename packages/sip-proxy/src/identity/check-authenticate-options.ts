import { SipArgumentError } from '@entente/sip';

type Rule = readonly [wanted: string, fits: (value: unknown) => boolean];

const aFunction: Rule = ['a function', (value) => typeof value === 'function'];
const aTime: Rule = ['a number of milliseconds', Number.isFinite];
/** What `@entente/sip` looks at. */
const anything: Rule = ['anything', () => true];

function maybe([wanted, fits]: Rule): Rule {
  return [wanted, (value) => value === undefined || fits(value)];
}

function having(wanted: string, ...methods: readonly string[]): Rule {
  return [
    wanted,
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      methods.every((name) => typeof Reflect.get(value, name) === 'function'),
  ];
}

/** One for each field of `AuthenticateOptions`. */
const rules: Readonly<Record<string, Rule>> = {
  realm: anything,
  as: maybe(["'registrar' or 'proxy'", (value) => value === 'registrar' || value === 'proxy']),
  credentials: aFunction,
  now: aTime,
  nonceKey: anything,
  poolNonceKeys: anything,
  salt: aFunction,
  nonceLifetimeMs: aTime,
  window: having('a ReplayWindow', 'accept', 'createdAt'),
  guesses: maybe(having('a GuessLimit', 'waitMs', 'failed', 'succeeded')),
  address: maybe(['a text', (value) => typeof value === 'string']),
  provenOn: maybe(aFunction),
  algorithms: maybe(['a list of algorithms', Array.isArray]),
  hidesAddresses: maybe(aFunction),
  allowMd5For: maybe(aFunction),
};
const entries = Object.entries(rules);
/** Windows whose options were looked at, with the limit on guesses that was given with each. */
const lookedAt = new WeakMap<object, unknown>();
const there = `there are ${Object.keys(rules).join(', ')}`;

/**
 * Looks at what decides who sends a request: a misspelt limit would limit no guesses, and JavaScript has no compiler. A program writes the same names for
 * each request: where window and limit are those of before, only the times are looked at.
 *
 * @param given - what the caller passed
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkAuthenticateOptions(given: object): void {
  const place = 'options of authenticate';
  if (typeof given !== 'object' || given === null)
    throw new SipArgumentError('expected an object with options, found something else', place, there);
  const { guesses, nonceLifetimeMs, now, window } = given as Readonly<Record<string, unknown>>;
  const areKnown = guesses !== undefined && lookedAt.get(window as object) === guesses;
  if (areKnown && Number.isFinite(now) && Number.isFinite(nonceLifetimeMs)) return;
  for (const name of Object.keys(given))
    if (!Object.hasOwn(rules, name))
      throw new SipArgumentError(
        `expected only options that there are, found ${JSON.stringify(name.slice(0, 60))}`,
        place,
        `correct the name, or leave it out; ${there}`,
      );
  for (const [name, [wanted, fits]] of entries)
    if (!fits(Reflect.get(given, name)))
      throw new SipArgumentError(
        `expected ${name} to be ${wanted}, found something else`,
        `${name} of authenticate`,
        `give ${wanted}`,
      );
  lookedAt.set(window as object, guesses);
}
