import forge from 'node-forge';

const { asn1 } = forge;
type Node = forge.asn1.Asn1;

/** Octets as the binary strings of node-forge. */
export function toBinary(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The reverse of {@link toBinary}. */
export function fromBinary(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** DER of a node. */
export function derOf(node: Node): string {
  return asn1.toDer(node).getBytes();
}

export function sequence(...items: Node[]): Node {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, items);
}

export function set(...items: Node[]): Node {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SET, true, items);
}

/** `[0] EXPLICIT`. */
export function explicit0(item: Node): Node {
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [item]);
}

/** `[0] IMPLICIT OCTET STRING`. */
export function implicitOctets0(octets: string): Node {
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, false, octets);
}

export function oid(dotted: string): Node {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(dotted).getBytes());
}

export function octets(content: string): Node {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OCTETSTRING, false, content);
}

export function integer(value: number): Node {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.INTEGER, false, asn1.integerToDer(value).getBytes());
}

export function nothing(): Node {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.NULL, false, '');
}

/** node-forge encodes the octets of a BMPString as they are: two for each character, the high one first. */
export function bmpString(text: string): Node {
  let content = '';
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    content += String.fromCharCode(unit >> 8, unit & 0xff);
  }
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.BMPSTRING, false, content);
}
