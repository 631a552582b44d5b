import { type GeneralName, type GeneralSubtree, ipAddress } from '@entente/x509';
import { dnsName, hostName } from './host-name.ts';
import { mailAddress } from './mail-address.ts';
import { uriHost } from './uri-host.ts';

/**
 * What is wrong with the form of a subjectAltName: preferred name syntax (and a wildcard as whole left-most label), mailboxes,
 * absolute URIs.
 *
 * @returns a few words, or undefined
 * @see RFC 5280 §4.2.1.6
 */
export function nameProblem(name: GeneralName): string | undefined {
  switch (name.type) {
    case 'dns':
      return isDnsName(name.value) ? undefined : `"${name.value}" is not a valid DNS name`;
    case 'email':
      return isMailbox(name.value) ? undefined : `"${name.value}" is not a mailbox`;
    case 'uri':
      return isAbsoluteUri(name.value) ? undefined : `"${name.value}" is not an absolute URI`;
    case 'ip':
      return name.bytes.length === 4 || name.bytes.length === 16
        ? undefined
        : `${name.bytes.length} octets are not an IP address`;
    default:
      return undefined;
  }
}

/**
 * What is wrong with the form of a name constraint.
 *
 * @returns a few words, or undefined
 * @see RFC 5280 §4.2.1.10
 */
export function constraintProblem({ base, minimum, maximum }: GeneralSubtree): string | undefined {
  if (minimum !== 0) return `minimum ${minimum} instead of 0`;
  if (maximum !== undefined) return `maximum ${maximum} instead of none`;
  switch (base.type) {
    case 'dns':
      return base.value === '' || isHost(base.value) ? undefined : `"${base.value}" is not a host name`;
    case 'email':
      return isHostOrDomain(base.value) || isMailbox(base.value)
        ? undefined
        : `"${base.value}" is not a mailbox, host or domain`;
    case 'uri':
      return isHostOrDomain(base.value) ? undefined : `"${base.value}" is not a host or domain`;
    case 'ip':
      return maskProblem(base.bytes);
    default:
      return undefined;
  }
}

/** A host as RFC 1034 §3.5 writes it: no trailing dot, no underscore. */
function isHost(text: string): boolean {
  return !text.endsWith('.') && !text.includes('_') && hostName(text) !== undefined;
}

function isDnsName(text: string): boolean {
  return dnsName(text)?.wildcard === true ? isHost(text.slice(2)) : isHost(text);
}

/** A host, or with a leading dot all hosts below a domain. */
function isHostOrDomain(text: string): boolean {
  return isHost(text.startsWith('.') ? text.slice(1) : text);
}

/** RFC 5321 §4.1.2 without address literals, which name no domain. */
function isMailbox(text: string): boolean {
  const address = mailAddress(text);
  if (address === undefined || text.endsWith('.')) return false;
  return address.local.startsWith('"') || address.local.split('.').every(isAtom);
}

function isAtom(text: string): boolean {
  return text !== '' && [...text].every(isAtomCharacter);
}

function isAtomCharacter(character: string): boolean {
  return isAlphanumeric(character) || "!#$%&'*+-/=?^_`{|}~".includes(character);
}

function isAlphanumeric(character: string): boolean {
  return isLetter(character) || (character >= '0' && character <= '9');
}

function isLetter(character: string): boolean {
  const lower = character.toLowerCase();
  return lower >= 'a' && lower <= 'z' && lower.length === 1;
}

/** A scheme and more; an authority, where there is one, is a host or an address. @see RFC 3986 §3, §4.3 */
function isAbsoluteUri(text: string): boolean {
  const colon = text.indexOf(':');
  if (colon <= 0 || colon === text.length - 1) return false;
  const scheme = [...text.slice(0, colon)];
  if (!isLetter(scheme[0]!) || !scheme.every((one) => isAlphanumeric(one) || '+-.'.includes(one)))
    return false;
  if ([...text].some((one) => one <= ' ' || one > '~' || '<>"'.includes(one))) return false;
  const host = uriHost(text);
  if (host === undefined) return !text.startsWith('//', colon + 1);
  return hostName(host) !== undefined || ipAddress(host) !== undefined;
}

function maskProblem(bytes: Uint8Array): string | undefined {
  const { length } = bytes;
  if (length !== 8 && length !== 32) return `${length} octets are not an address with a mask`;
  return isContiguous(bytes.subarray(length / 2)) ? undefined : 'a mask whose one bits are not contiguous';
}

/** A mask is some one bits followed by zero bits only, as in CIDR (RFC 4632). */
export function isContiguous(mask: Uint8Array): boolean {
  let ended = false;
  for (const octet of mask) {
    if (ended ? octet !== 0 : (~octet & (~octet + 1) & 0xff) !== 0) return false;
    if (octet !== 0xff) ended = true;
  }
  return true;
}
