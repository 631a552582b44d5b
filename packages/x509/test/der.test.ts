import { DerWriter, readDer, TAG } from '@entente/x509';
import { describe, expect, it } from 'vitest';

describe('readDer and DerWriter', () => {
  const write = (digest: Uint8Array) => {
    const writer = new DerWriter();
    const outer = writer.begin(TAG.SEQUENCE);
    writer.oid('2.16.840.1.101.3.4.2.1');
    writer.octetString(digest);
    writer.end(outer);
    return writer.toBytes();
  };

  const read = (bytes: Uint8Array) =>
    readDer(bytes, 'digestInfo', (reader) => {
      const outer = reader.open(TAG.SEQUENCE);
      reader.oid();
      reader.octetString();
      const digest = reader.view();
      reader.close(outer);
      return digest;
    });

  it('carry a structure of the user there and back', () => {
    const digest = new Uint8Array(32).fill(5);
    expect(read(write(digest))).toEqual({ ok: true, value: digest });
  });

  it('refuse what is left over, and more than 1 MiB', () => {
    expect(read(Buffer.concat([write(new Uint8Array()), Buffer.alloc(1)]))).toMatchObject({
      ok: false,
      error: { code: 'malformed', where: 'digestInfo' },
    });
    expect(read(write(new Uint8Array(1_048_576)))).toMatchObject({
      ok: false,
      error: { code: 'limit-exceeded' },
    });
  });
});
