import { domainToASCII } from 'node:url';
import { PkiFault } from '../../ground/fault.ts';
import { isHostName } from '../../ground/host-name.ts';
import { isRange, type NameLimits, privateAddresses } from '../../ground/name-limits.ts';
import { refusePassphrase } from '../key-protection.ts';
import { openLedgerFile } from '../ledger-file/open-ledger-file.ts';
import type { OpenLedger } from '../open-authority-folder.ts';

/** Time as an argument: that of `@entente/tls` fits. */
export interface UpkeepClock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Runs something later, once.
   * @param delayMs - milliseconds from now, at least 0
   * @param run - what to run
   * @returns a function that cancels it
   */
  after(delayMs: number, run: () => void): () => void;
}

/** Options of `openAuthority`. */
export interface AuthorityOptions {
  /** Folder of the authority. Where it has none yet, one is created, and a folder that is new or empty gets mode 0700. */
  readonly directory: string;
  /** The domain whose services get certificates, e.g. `contoso.example`: the root can vouch for no other. */
  readonly domain: string;
  /**
   * Encrypts every key on disk, see `protectedKey`; the same each time. Default: keys have mode 0600 and are not encrypted. An empty text,
   * which a variable of the environment gives that was not set, is refused.
   */
  readonly passphrase?: string;
  /**
   * Ranges of IP addresses that services may have as names, e.g. `203.0.113.0/24`; they stand in the certificate of the root, so
   * others than those with which the authority was created are refused. Default: loopback and the private ranges when it is created. With an
   * empty list no address is a name.
   */
  readonly addresses?: readonly string[];
  /**
   * Base of the plain HTTP address at which `handler` is served: certificates say that the revocation lists are there, so another
   * one than that with which the authority was created is refused. Default `http://ca.<domain>`. Who reads the lists from `trust()`, or from a file, does not ask there.
   */
  readonly objectsUrl?: string;
  /** Opens the ledger. Default: `ledger.jsonl` in the folder; `openLedger` of `@entente/store-sql` is for more. */
  readonly openLedger?: OpenLedger;
  /** Called where something that is due could not be done; it is tried again. Default: a warning of the process. */
  readonly onFault?: (fault: unknown) => void;
  /** Default: the clock of the machine, whose timers do not keep the process alive. */
  readonly clock?: UpkeepClock;
  /**
   * Somebody has looked: the clock is right, and what the root has signed in the future was signed while it was ahead. Then the root signs it
   * again; pass it for one start of the program. Default: false, because a clock that is behind looks the same.
   */
  readonly isClockRight?: boolean;
}

/** The same, complete. */
export interface ReadOptions
  extends Required<Omit<AuthorityOptions, 'addresses' | 'objectsUrl' | 'passphrase'>> {
  readonly passphrase: string | undefined;
  readonly limits: NameLimits;
  /** As given. */
  readonly addresses: readonly string[] | undefined;
  /** As given. */
  readonly objectsUrl: string | undefined;
}

const known: ReadonlySet<string> = new Set([
  'directory',
  'domain',
  'passphrase',
  'addresses',
  'objectsUrl',
  'openLedger',
  'onFault',
  'clock',
  'isClockRight',
]);

/** The machine's clock. */
const machineClock: UpkeepClock = {
  now: Date.now,
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** What a caller gave, in a few words: it is not repeated, because a passphrase may stand in the wrong place. */
function foundFor(value: unknown): string {
  if (value === undefined) return 'none';
  if (value === null) return 'null';
  if (value === '') return 'an empty text';
  if (Array.isArray(value)) return 'another list';
  return typeof value === 'string' ? 'another text' : `a value of the type ${typeof value}`;
}

/**
 * Reads the options. One that is misspelt would leave keys in the clear, or open another authority, and JavaScript has no compiler.
 * @param options - of `openAuthority`
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`, `ENTENTE_PKI_PASSPHRASE`
 */
export function readAuthorityOptions(options: AuthorityOptions): ReadOptions {
  if (typeof options !== 'object' || options === null)
    throw bad(
      'directory',
      `expected an object with directory and domain, found ${options === null ? 'null' : typeof options}`,
    );
  const unknown = Object.keys(options).find((name) => !known.has(name));
  if (unknown !== undefined) throw bad(unknown, `expected one of ${[...known].join(', ')}, found ${unknown}`);
  const { addresses, directory, domain, objectsUrl } = options;
  if (typeof directory !== 'string' || directory === '')
    throw other('directory', 'the path of a folder', foundFor(directory));
  if (typeof domain !== 'string' || !isHostName(domain))
    throw other('domain', 'a domain in lower case, like contoso.example', foundFor(domain), remedyOf(domain));
  if (addresses !== undefined && !(Array.isArray(addresses) && addresses.every(isRange)))
    throw other('addresses', 'a list of ranges like 203.0.113.0/24', foundFor(addresses));
  if (objectsUrl !== undefined && !isBase(objectsUrl)) throw otherBase(objectsUrl);
  for (const name of ['openLedger', 'onFault'] as const)
    if (options[name] !== undefined && typeof options[name] !== 'function')
      throw other(name, 'a function', foundFor(options[name]));
  const { clock } = options;
  if (clock !== undefined && (typeof clock?.now !== 'function' || typeof clock.after !== 'function'))
    throw other('clock', 'a clock with now() and after(delayMs, run)', foundClock(clock));
  const { isClockRight = false } = options;
  if (typeof isClockRight !== 'boolean') throw other('isClockRight', 'true or false', foundFor(isClockRight));
  // Not only where it has a value: one that was not set would leave the keys in the clear.
  if ('passphrase' in options) refusePassphrase(options.passphrase, 'option passphrase of openAuthority');
  return {
    directory,
    domain,
    passphrase: options.passphrase,
    addresses,
    limits: { domains: [domain], addresses: addresses ?? privateAddresses },
    objectsUrl,
    openLedger: options.openLedger ?? openLedgerFile,
    onFault:
      options.onFault ?? ((fault) => process.emitWarning(fault instanceof Error ? fault : String(fault))),
    clock: clock ?? machineClock,
    isClockRight,
  };
}

/** People who own a domain with letters beyond ASCII do not know its form in DNS. */
function remedyOf(domain: unknown): string | undefined {
  if (typeof domain !== 'string') return undefined;
  if (isHostName(domain.toLowerCase())) return 'write it in lower case';
  return isHostName(domainToASCII(domain))
    ? 'write it as DNS has it, in ASCII: domainToASCII of node:url gives that form'
    : undefined;
}

/** Plain HTTP: a list that is fetched over HTTPS would be circular (RFC 5280 §8). */
function isBase(text: string): boolean {
  return (
    typeof text === 'string' &&
    URL.canParse(text) &&
    text.startsWith('http://') &&
    !text.endsWith('/') &&
    new URL(text).search === ''
  );
}

function otherBase(given: unknown): PkiFault {
  const wanted = 'a base like http://ca.contoso.example';
  if (typeof given !== 'string' || !/^https:/i.test(given))
    return other('objectsUrl', wanted, foundFor(given));
  return other(
    'objectsUrl',
    wanted,
    'one of https, which is not possible here',
    'write http://: the lists are signed, and a client would need one before it could believe the certificate of an https server',
  );
}

function foundClock(given: unknown): string {
  return typeof given === 'object' && given !== null ? 'an object without them' : foundFor(given);
}

function other(option: string, wanted: string, found: string, remedy?: string): PkiFault {
  return bad(option, `expected ${option} to be ${wanted}, found ${found}`, remedy);
}

function bad(option: string, sentence: string, remedy = 'correct the option'): PkiFault {
  return new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence,
    place: `option ${option.slice(0, 80)} of openAuthority`,
    remedy,
  });
}
