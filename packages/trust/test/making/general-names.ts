import { type Dn, dn, ia5, oid, tlv, utf8 } from './der.ts';

/** A GeneralName to be written. */
export type NameInput =
  | { readonly dns: string }
  | { readonly uri: string }
  | { readonly email: string }
  | { readonly ip: readonly number[] }
  | { readonly directory: Dn }
  | { readonly other: string; readonly text: string }
  | { readonly registeredId: string };

export function generalName(input: NameInput): Buffer {
  if ('dns' in input) return ia5(input.dns, 0x82);
  if ('uri' in input) return ia5(input.uri, 0x86);
  if ('email' in input) return ia5(input.email, 0x81);
  if ('ip' in input) return tlv(0x87, Buffer.from(input.ip));
  if ('directory' in input) return tlv(0xa4, dn(input.directory));
  if ('registeredId' in input) return tlv(0x88, oid(input.registeredId).subarray(2));
  return tlv(0xa0, oid(input.other), tlv(0xa0, utf8(input.text)));
}
