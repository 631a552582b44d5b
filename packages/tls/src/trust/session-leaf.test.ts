import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sessionLeaf } from './session-leaf.ts';

/** A session as OpenSSL writes it: version, protocol, cipher, session id, key, time, timeout, peer. */
function session(peer: Uint8Array | undefined): Uint8Array {
  return tlv(
    0x30,
    tlv(0x02, Buffer.of(1)),
    tlv(0x02, Buffer.of(3, 4)),
    tlv(0x04, Buffer.of(0x13, 2)),
    tlv(0x04, Buffer.alloc(0)),
    tlv(0x04, Buffer.alloc(48, 7)),
    tlv(0xa1, tlv(0x02, Buffer.of(1))),
    tlv(0xa2, tlv(0x02, Buffer.of(2))),
    ...(peer === undefined ? [] : [tlv(0xa3, peer)]),
    tlv(0xa4, tlv(0x04, Buffer.of(0))),
  );
}

function tlv(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), body]);
}

describe('sessionLeaf', () => {
  it('cuts out the certificate, as a copy', () => {
    const certificate = tlv(0x30, Buffer.alloc(300, 5));
    const encoded = session(certificate);
    const leaf = sessionLeaf(encoded);
    encoded.fill(0);
    expect(Buffer.from(leaf!).equals(certificate)).toBe(true);
  });

  it('finds none in a session without peer', () => {
    expect(sessionLeaf(session(undefined))).toBeUndefined();
  });

  it('finds none where more than one certificate stands in the field', () => {
    expect(sessionLeaf(session(Buffer.concat([tlv(0x30), tlv(0x30)])))).toBeUndefined();
  });

  it('never throws, reads no further than the end, and answers soon, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const leaf = sessionLeaf(bytes);
        expect(leaf === undefined || leaf.length < bytes.length).toBe(true);
      }),
    );
  });

  it('finds nothing in a session that is cut short anywhere', () => {
    const encoded = session(tlv(0x30, Buffer.alloc(300, 5)));
    for (let length = 0; length < encoded.length; length++) {
      expect(sessionLeaf(encoded.subarray(0, length))).toBeUndefined();
    }
  });
});
