import { addressOfRecord, type Parsed, parseNameAddr, parseUri, parseVia, uriEquals } from '@entente/sip';
import type { FuzzTarget } from '../target.ts';

const seeds = [
  'sip:alice:secret@contoso.example:5061;transport=tls;lr?Subject=a%20b',
  'sips:%61lice;par=u%40x@[2001:db8::1]:5061',
  'tel:+1-201-555-0123;ext=5',
  'urn:service:sos',
  '"A \\"quoted\\" name" <sip:alice@contoso.example;gr=x>;tag=1;expires=3600;+sip.instance="<urn:uuid:1>"',
  'SIP / 2.0 / TLS [2001:db8::1] : 5061 ;branch=z9hG4bK1;received=2001:db8::9;rport',
];

/** URIs, addresses and Via values alone: what was read must be read again from what it writes. */
export const target: FuzzTarget = {
  name: 'sip-uri',
  seeds: () => seeds.map((text) => Buffer.from(text, 'latin1')),
  run(input) {
    const text = Buffer.from(input).toString('utf8');
    const uri = parseUri(text);
    if (uri.ok) {
      const again = parseUri(uri.value.toString());
      if (!again.ok || !uriEquals(uri.value, again.value)) throw new Error('a URI is not equal to itself');
      if (addressOfRecord(again.value) !== addressOfRecord(uri.value)) throw new Error('an AOR changed');
    }
    roundTrip(text, parseNameAddr);
    roundTrip(text, parseVia);
  },
};

function roundTrip<T extends { toString(): string }>(text: string, parse: (text: string) => Parsed<T>): void {
  const first = parse(text);
  if (!first.ok) return;
  const written = first.value.toString();
  const second = parse(written);
  if (!second.ok || second.value.toString() !== written)
    throw new Error(`${written} is not read as it was written`);
}
