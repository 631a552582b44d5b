import { domainToASCII } from 'node:url';
import { isDomainName } from './domain-name.ts';
import type { AccountLimit } from './limits.ts';

/** What each refusal carries beside its texts, by its reason. */
export interface AccountRefusalData {
  /** Not an address of record of a user, or not in its canonical form, which is `canonical` where there is one. */
  readonly 'address-invalid': { readonly found: string; readonly canonical?: string };
  /** Not lowercase hexadecimal of the length of its algorithm, or an algorithm that is not known. */
  readonly 'verifier-invalid': { readonly algorithm: string };
  /** Not a DNS name in lower case. */
  readonly 'home-invalid': { readonly found: string };
  /** Neither `enabled` nor `disabled`. */
  readonly 'state-invalid': { readonly found: string };
  /** Not + and 1 to 15 digits, the first of them not 0. */
  readonly 'number-invalid': { readonly found: string };
  /** Unknown, or named twice. */
  readonly 'right-invalid': { readonly found: string };
  /** The place of the contact in its list, from 0, and what is wrong with it. */
  readonly 'contact-invalid': { readonly index: number; readonly field: 'address' | 'name' | 'groups' };
  /** More than {@link accountLimits} allows; `most` and `found` count what that limit counts. */
  readonly 'limit-exceeded': { readonly limit: AccountLimit; readonly most: number; readonly found: number };
  /** There is an account of this address, with this version. */
  readonly 'account-exists': { readonly address: string; readonly version: number };
  /** There is no account of this address. */
  readonly 'account-unknown': { readonly address: string };
  /** The user may not sign in, so they cannot change their password either. */
  readonly 'account-disabled': { readonly address: string };
  /** Somebody else has changed it meanwhile. */
  readonly 'version-conflict': {
    readonly address: string;
    readonly expected: number;
    readonly found: number;
  };
  /** The verifiers that a change of the password starts from are not those of the account. */
  readonly 'verifiers-differ': { readonly address: string };
  /** A change of the password would bring in MD5, which the account does not have. */
  readonly 'algorithm-not-allowed': { readonly algorithm: string };
  /** A text with accounts that is too large to be read. */
  readonly 'text-too-large': { readonly unit: 'characters' | 'accounts'; readonly most: number };
  /** A text or a line of it that is not written as its format says. */
  readonly 'text-malformed': { readonly detail: string };
  /** A column or field that a text with accounts may not have, lacks, or has with a value that is not one. */
  readonly 'field-invalid': { readonly field: string; readonly expected: string };
  /** An address that an earlier line has. */
  readonly 'address-repeated': { readonly address: string; readonly line: number };
  /** A reader of the feed cannot go on where it is, and starts again without position. */
  readonly 'position-lost': { readonly because: 'other-epoch' | 'ahead' | 'removals-forgotten' };
}

/** Why something was not done. Stable: logs and answers carry the literal. */
export type AccountRefusalReason = keyof AccountRefusalData;

/** A refusal as a value: what was refused, why, and what to do about it. */
export type AccountRefusal = {
  readonly [Reason in AccountRefusalReason]: {
    readonly reason: Reason;
    readonly data: AccountRefusalData[Reason];
    /** What was expected, what was found; without final stop. */
    readonly message: string;
    readonly remedy: string;
  };
}[AccountRefusalReason];

const again = 'read it again, and repeat the change with its version if it still makes sense';

type Texts<Reason extends AccountRefusalReason> = (
  data: AccountRefusalData[Reason],
) => readonly [message: string, remedy: string];

const texts: { readonly [Reason in AccountRefusalReason]: Texts<Reason> } = {
  'address-invalid': ({ found, canonical }) =>
    canonical === undefined
      ? (domainBeyondAscii(found) ?? [
          `expected user@domain with a DNS name as domain, found ${quoted(found)}`,
          'give an address like alice@contoso.example, without port, password and parameters',
        ])
      : [
          `expected the address in its canonical form, found ${quoted(found)}`,
          `write it as ${quoted(canonical)}`,
        ],
  'verifier-invalid': ({ algorithm }) => [
    `expected H(A1) for SHA-256, SHA-512-256 or MD5 in lowercase hexadecimal, found something else for ${quoted(algorithm)}`,
    'compute it as RFC 7616 §3.4.2 says, for the user part and the domain of the address',
  ],
  'home-invalid': ({ found }) => [
    `expected the FQDN of a pool or front end in lower case, found ${quoted(found)}`,
    'give a name like pool01.contoso.example, or none for the pool of the domain',
  ],
  'state-invalid': ({ found }) => [
    `expected the state enabled or disabled, found ${quoted(found)}`,
    'give one of the two',
  ],
  'number-invalid': ({ found }) => [
    `expected a telephone number with + and 1 to 15 digits, the first of them not 0, found ${quoted(found)}`,
    'write it with the country code and without spaces, like +4930123456',
  ],
  'right-invalid': ({ found }) => [
    `expected rights of the list, each once, found ${quoted(found)}`,
    'give dial-outside, or no right',
  ],
  'contact-invalid': ({ index, field }) => [
    `contact ${index + 1}: expected ${contactFields[field]}`,
    'correct that contact; the rest of the list is as before',
  ],
  'limit-exceeded': ({ limit, most, found }) => [
    `${limit}: expected at most ${most}, found ${found}`,
    'make it smaller; nothing was stored',
  ],
  'account-exists': ({ address }) => [
    `expected no account ${quoted(address)}, found one`,
    'change the account that exists, or choose another address',
  ],
  'account-unknown': ({ address }) => [
    `expected an account ${quoted(address)}, found none`,
    'check the address, or add the account first',
  ],
  'account-disabled': ({ address }) => [
    `expected ${quoted(address)} to be enabled, found it disabled`,
    'enable the account first',
  ],
  'version-conflict': ({ address, expected, found }) => [
    `${quoted(address)}: expected version ${expected}, found version ${found}`,
    again,
  ],
  'verifiers-differ': ({ address }) => [
    `expected the present password of ${quoted(address)}, found another one`,
    'give the password that is valid now',
  ],
  'algorithm-not-allowed': ({ algorithm }) => [
    `expected no verifier for ${algorithm}, because the account has none, found one`,
    'leave it out; an administrator may store one for a client that supports nothing better',
  ],
  'text-too-large': ({ unit, most }) => [
    `expected at most ${most} ${unit}, found more`,
    'divide it, and import the parts one after the other',
  ],
  'text-malformed': ({ detail }) => [
    `expected text of the format, found a fault: ${quoted(detail)}`,
    'correct this line; no account was read from it',
  ],
  'field-invalid': ({ field, expected }) => [
    `${quoted(field)}: expected ${expected}`,
    'correct it; no account was read from this line',
  ],
  'address-repeated': ({ address, line }) => [
    `expected each address once, found ${quoted(address)} in line ${line} already`,
    'remove one of the two lines',
  ],
  'position-lost': ({ because }) => [
    `expected a position of this feed that it can continue from, found ${lostPositions[because]}`,
    'forget every account, and read the feed from its beginning',
  ],
};

/** People who own such a domain do not know its form in DNS (RFC 5891). */
function domainBeyondAscii(found: string): readonly [message: string, remedy: string] | undefined {
  const host = found.slice(found.lastIndexOf('@') + 1);
  const written = /^\p{ASCII}*$/u.test(host) ? '' : domainToASCII(host);
  if (!isDomainName(written)) return undefined;
  return [
    `${quoted(found)} has a domain with letters that names in DNS do not have as they are`,
    `write the domain as ${written}, which is the same name in ASCII`,
  ];
}

const contactFields = {
  address: 'a canonical address of record that is in the list once',
  name: 'a name that is not empty and has no control characters',
  groups: 'names of groups that are not empty, have no control characters and stand there once',
} as const;

const lostPositions = {
  'other-epoch': 'one of another feed, or of the time before a restore',
  ahead: 'one that it has not reached',
  'removals-forgotten': 'one before removals that it has forgotten',
} as const;

/**
 * Builds a refusal.
 * @param reason - stable literal
 * @param data - what it is about
 */
export function refuse<Reason extends AccountRefusalReason>(
  reason: Reason,
  data: AccountRefusalData[Reason],
): { readonly ok: false; readonly refusal: AccountRefusal } {
  const [message, remedy] = (texts[reason] as Texts<Reason>)(data);
  return { ok: false, refusal: { reason, data, message, remedy } as AccountRefusal };
}

/** Every reason of a refusal. */
export const accountRefusalReasons = Object.keys(texts) as readonly AccountRefusalReason[];

/** Characters of a text of somebody else that a sentence repeats. */
const maxQuoted = 80;

/** A text of somebody else inside a sentence: short, and without control characters. */
function quoted(text: string): string {
  return JSON.stringify(text.length > maxQuoted ? `${text.slice(0, maxQuoted - 1)}…` : text);
}
