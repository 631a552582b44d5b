import { type Certificate, ipAddress, ipText } from '@entente/x509';
import { commonNames } from '../names/certificate-names.ts';
import { hostName } from '../names/host-name.ts';
import type { IdentityExpectation } from '../question/identity-expectation.ts';
import { reject } from '../reasons/catalogue.ts';
import type { Rejection } from '../reasons/rejection.ts';
import { sameBytes } from '../signatures/key-identifier.ts';
import type { LeafNames } from './leaf-names.ts';

/** What stage 4 found. */
export type IdentityMatch =
  | { readonly ok: true; readonly expected?: string; readonly matched?: string }
  | { readonly ok: false; readonly rejection: Rejection };

/**
 * Looks for the expected name, by the rules of its mode.
 *
 * @param leaf - the validated leaf
 * @param names - its names
 * @param expectation - mode and name
 * @param commonNameFallback - whether the common name counts in a certificate without subjectAltName (RFC 5922 §7.1)
 */
export function matchIdentity(
  leaf: Certificate,
  names: LeafNames,
  expectation: IdentityExpectation,
  commonNameFallback: boolean,
): IdentityMatch {
  switch (expectation.mode) {
    case 'sip-domain':
      return exact('sip-domain', expectation.domain, sipDomainNames(leaf, names, commonNameFallback));
    case 'host':
      return exact('host', expectation.name, names.dnsNames, names.sipDomains);
    case 'https':
      return https(expectation.name, names);
    case 'service':
      return service(expectation.allowed, names);
    case 'inbound':
      return { ok: true };
  }
}

/** The names that count for a SIP domain: `sip:` URIs, and DNS names only where no `sip:` URI exists. @see RFC 5922 §7.1 */
export function sipDomainNames(
  leaf: Certificate,
  names: LeafNames,
  commonNameFallback: boolean,
): readonly string[] {
  if (names.hasSipUri) return names.sipDomains;
  if (leaf.subjectAltName !== undefined || !commonNameFallback) return names.dnsNames;
  return commonNames(leaf.subject).flatMap((name) => hostName(name) ?? []);
}

/** Exact comparison without regard to case; no wildcard, no suffix. @see RFC 5922 §7.2 */
function exact(
  mode: string,
  expected: string,
  names: readonly string[],
  others: readonly string[] = [],
): IdentityMatch {
  const wanted = names.includes(expected) && !expected.startsWith('*') ? expected : hostName(expected);
  if (wanted !== undefined && (names.includes(wanted) || others.includes(wanted))) {
    return { ok: true, expected, matched: wanted };
  }
  const found = [...names, ...others];
  const wild = wanted === undefined ? undefined : found.find((name) => wildcardMatches(name, wanted));
  const data = { mode, expected, found };
  return {
    ok: false,
    rejection: wild === undefined ? reject('name-mismatch', data) : reject('wildcard-not-allowed', data),
  };
}

/** A wildcard is the whole left-most label, stands for one label, and is never directly below a registry. @see RFC 9525 §6.3 */
function https(expected: string, names: LeafNames): IdentityMatch {
  const address = ipAddress(expected);
  if (address !== undefined) {
    if (names.ipAddresses.some((one) => sameBytes(one, address)))
      return { ok: true, expected, matched: expected };
    return mismatch('https', expected, [...names.ipAddresses.map(ipText), ...names.dnsNames]);
  }
  const wanted = hostName(expected);
  const matched =
    wanted === undefined
      ? undefined
      : names.dnsNames.find(
          (name) => name === wanted || (wildcardMatches(name, wanted) && !isRegistry(name.slice(2))),
        );
  if (matched !== undefined) return { ok: true, expected, matched };
  return mismatch('https', expected, [...names.dnsNames, ...names.ipAddresses.map(ipText)]);
}

function wildcardMatches(name: string, wanted: string): boolean {
  if (!name.startsWith('*.')) return false;
  const dot = wanted.indexOf('.');
  return dot > 0 && wanted.slice(dot + 1) === name.slice(2);
}

/** Second-level labels under which country registries sell names. */
const registryLabels = new Set([
  'ac',
  'co',
  'com',
  'edu',
  'gob',
  'gov',
  'ltd',
  'mil',
  'net',
  'nom',
  'or',
  'org',
  'plc',
  'sch',
]);

/**
 * Whether unrelated parties own names below a domain: a top-level domain, or a country's `co.uk`. A wildcard there would stand
 * for all of them. The list of all such domains changes weekly and is the business of a CA, not of a validator: this finds the
 * common ones.
 */
function isRegistry(domain: string): boolean {
  const dot = domain.indexOf('.');
  if (dot === -1) return true;
  const isCountry = domain.length - dot === 3;
  return isCountry && registryLabels.has(domain.slice(0, dot));
}

/** Any one of a list: IP addresses, entries with a scheme, which are URIs and compare octet by octet, and DNS names. */
function service(allowed: readonly string[], names: LeafNames): IdentityMatch {
  const isNamed = (entry: string): boolean => {
    const address = ipAddress(entry);
    if (address !== undefined) return names.ipAddresses.some((one) => sameBytes(one, address));
    return entry.includes(':') ? names.uris.includes(entry) : names.dnsNames.includes(hostName(entry) ?? '');
  };
  for (const entry of allowed) {
    if (isNamed(entry)) return { ok: true, expected: allowed.join(', '), matched: entry };
  }
  return mismatch('service', allowed.length === 0 ? 'none (the allow list is empty)' : allowed.join(', '), [
    ...names.dnsNames,
    ...names.uris,
    ...names.ipAddresses.map(ipText),
  ]);
}

function mismatch(mode: string, expected: string, found: readonly string[]): IdentityMatch {
  return { ok: false, rejection: reject('name-mismatch', { mode, expected, found }) };
}
