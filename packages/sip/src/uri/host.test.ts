import { isIPv4 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNameAddr } from '../headers/name-addr.ts';
import { parseVia } from '../headers/via.ts';
import { isHost, isHostName } from './host.ts';
import { isIpv4 } from './ip-address.ts';
import { parseUri } from './parse-uri.ts';
import type { Uri } from './uri.ts';

/** How each reader of hosts reads one: of a URI, of a Via, of an address. */
function hostsRead(host: string): readonly (string | undefined)[] {
  const uri = parseUri(`sip:alice@${host}`);
  const via = parseVia(`SIP/2.0/TLS ${host};branch=z9hG4bK1`);
  const address = parseNameAddr(`<sips:${host}>`);
  const hostOf = (one: Uri) => (one.kind === 'sip' ? one.host : undefined);
  return [
    uri.ok ? hostOf(uri.value) : undefined,
    via.ok ? via.value.host : undefined,
    address.ok ? hostOf(address.value.uri) : undefined,
  ];
}

describe('a host', () => {
  it('is a name of labels, an IPv4 address or an IPv6 address in brackets', () => {
    const hosts = [
      'a',
      'fe1.contoso.example',
      'contoso.example.',
      '3com.example',
      'a.b2',
      '1.a',
      '192.0.2.1',
      '[::1]',
    ];
    for (const host of hosts) expect([host, isHost(host)]).toEqual([host, true]);
    const others = [
      '',
      '.',
      'a..b',
      '.a',
      '-a.b',
      'a-.b',
      'a.1',
      '1',
      '1.2.3',
      '192.0.2.256',
      '192.0.2.1.',
      'a_b',
      '::1',
    ];
    for (const host of others) expect([host, isHost(host)]).toEqual([host, false]);
  });

  it('has 253 octets at most, and a dot at its end (RFC 1035 §2.3.4)', () => {
    const longest = `${'a.'.repeat(126)}a`;
    for (const host of [longest, `${longest}.`]) {
      expect([host.length, isHost(host)]).toEqual([host.length, true]);
      expect(hostsRead(host)).toEqual([host, host, host]);
    }
    for (const host of [`${longest}a`, `${longest}.a`, `${'a.'.repeat(9_000)}example`]) {
      expect([host.length, isHost(host)]).toEqual([host.length, false]);
      expect(hostsRead(host)).toEqual([undefined, undefined, undefined]);
    }
  });

  it('has labels of 63 octets at most, wherever they stand (RFC 1035 §2.3.4)', () => {
    const label = 'a'.repeat(63);
    for (const host of [label, `${label}.`, `${label}.example`, `x.${label}.${label}`]) {
      expect([host.length, isHost(host)]).toEqual([host.length, true]);
      expect(hostsRead(host)).toEqual([host, host, host]);
    }
    for (const host of [`${label}a`, `${label}a.example`, `x.${label}a.y`, `x.${label}a`]) {
      expect([host.length, isHost(host)]).toEqual([host.length, false]);
      expect(hostsRead(host)).toEqual([undefined, undefined, undefined]);
    }
  });

  it('is an IPv4 address where Node says so, but for zeros in front', () => {
    const part = fc.oneof(fc.nat(300).map(String), fc.constantFrom('', 'x', '1 ', '+1', '0x1'));
    const text = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.oneof(text, fc.ipV4()), (address) => {
        expect(isIpv4(address)).toBe(isIPv4(address));
        expect(isHostName(address) || !isIpv4(address)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    expect(isIpv4('192.000.002.001')).toBe(true);
  });
});
