import { describe, expect, it } from 'vitest';
import { addressGroup } from './address-group.ts';

describe('connections count together', () => {
  it.each([
    ['the same IPv4 address', '192.0.2.1', '192.0.2.1'],
    ['an IPv4 address and the same one mapped into IPv6', '192.0.2.1', '::ffff:192.0.2.1'],
    ['a mapped address, however it is written', '192.0.2.1', '::FFFF:c000:0201'],
    ['an IPv4 address and the same one behind a translator', '192.0.2.1', '64:ff9b::192.0.2.1'],
    ['addresses of one /64', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2:ffff::1'],
    ['a /64 with its zeros left out or written', '2001:db8::1', '2001:0db8:0:0:9:9:9:9'],
    ['a link-local address on every interface', 'fe80::1%eth0', 'fe80::2%eth1'],
    ['sockets that have gone already', undefined as unknown as string, undefined as unknown as string],
  ])('of %s', (_, one, other) => {
    expect(addressGroup(one)).toBe(addressGroup(other));
  });
});

describe('connections count apart', () => {
  it.each([
    ['two IPv4 addresses', '192.0.2.1', '192.0.2.2'],
    ['two mapped IPv4 addresses', '::ffff:192.0.2.1', '::ffff:192.0.2.2'],
    ['two IPv4 addresses behind a translator', '64:ff9b::c000:201', '64:ff9b::c000:202'],
    [
      'an address below a prefix that is only like that of translators',
      '192.0.2.1',
      '64:ff9b:0:0:1::192.0.2.1',
    ],
    ['two /64', '2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['loopback in IPv6 and a mapped address', '::1', '::ffff:0.0.0.1'],
    ['an address that is only like a mapped one', '::ffff:192.0.2.1', '::1:ffff:192.0.2.1'],
  ])('of %s', (_, one, other) => {
    expect(addressGroup(one)).not.toBe(addressGroup(other));
  });

  it('takes what it cannot read as it is', () => {
    expect(addressGroup('x:y')).toBe('x:y');
  });
});
