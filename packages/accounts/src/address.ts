import { anyText } from '@entente/options';
import { addressOfRecord, parseUri, SipUri } from '@entente/sip';
import { isDomainName } from './domain-name.ts';
import { checks } from './fault.ts';
import { accountLimits } from './limits.ts';
import { type AccountRefusal, refuse } from './refusal.ts';

/** An address of record, taken apart. */
export interface AccountAddress {
  /** Canonical, e.g. `alice@contoso.example`. */
  readonly address: string;
  /** The user part without escapes: what the user types as name, and the username of digests. */
  readonly username: string;
  /** The domain in lower case, and the realm of digests. */
  readonly domain: string;
}

/**
 * Reads the address of a user as people write it, with or without scheme, and brings it into the form in which addresses are compared.
 *
 * A name that digest authentication cannot carry without ambiguity, e.g. one with a colon (RFC 7616 §3.4.2), is refused.
 * @param text - e.g. `sip:alice@Contoso.example`
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` where it is not a text
 */
export function parseAccountAddress(
  text: string,
):
  | { readonly ok: true; readonly value: AccountAddress }
  | { readonly ok: false; readonly refusal: AccountRefusal } {
  checks.argument(
    text,
    anyText,
    'argument of parseAccountAddress',
    'give an address like alice@contoso.example',
  );
  const bare = withoutScheme(text);
  if (bare.length > accountLimits.addressLength) {
    const { addressLength: most } = accountLimits;
    return refuse('limit-exceeded', { limit: 'addressLength', most, found: bare.length });
  }
  const value = taken(bare);
  return value === undefined ? refuse('address-invalid', { found: text }) : { ok: true, value };
}

/**
 * The refusal of an address that is not canonical; undefined where it is.
 * @param address - of an account or contact
 */
export function refuseAddress(address: string): { readonly refusal: AccountRefusal } | undefined {
  const parsed = parseAccountAddress(address);
  if (!parsed.ok) return parsed;
  const { address: canonical } = parsed.value;
  return canonical === address ? undefined : refuse('address-invalid', { found: address, canonical });
}

function withoutScheme(text: string): string {
  return /^sips?:/i.test(text) ? text.slice(text.indexOf(':') + 1) : text;
}

function taken(bare: string): AccountAddress | undefined {
  const parsed = parseUri(`sip:${bare}`);
  if (!parsed.ok || parsed.value.kind !== 'sip') return undefined;
  const uri = parsed.value;
  const { host, user: username } = uri;
  const domain = host.toLowerCase();
  const isBare =
    uri.rawPassword === undefined &&
    uri.port === undefined &&
    uri.parameters.size === 0 &&
    uri.rawHeaders === undefined;
  if (!isBare || username === undefined || !isUsername(username) || !isDomainName(domain)) return undefined;
  const address = addressOfRecord(uri);
  // The address that a server builds from the username must be this one: otherwise nobody could prove to have it.
  if (address === undefined || address !== addressOfRecord(SipUri.from({ user: username, host: domain }))) {
    return undefined;
  }
  return { address, username, domain };
}

function isUsername(username: string): boolean {
  // U+FFFD stands for octets that are not UTF-8.
  return /^[^\p{Cc}\p{Cf}\p{Cs}\s:"\\\uFFFD]+$/u.test(username);
}
