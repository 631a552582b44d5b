const headerBytes = 5;
/** A ciphertext record of TLS 1.2 is the longest: RFC 5246 §6.2.3. */
const maxRecordBytes = 2 ** 14 + 2_048;

/** Follows the records of one direction of a TLS connection (RFC 8446 §5.1). */
export class TlsRecords {
  #header: Buffer = Buffer.alloc(0);
  #left = 0;
  /** Records that have begun. */
  count = 0;

  /** @returns whether all bytes so far are those of records */
  take(bytes: Buffer): boolean {
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, rest.length);
        this.#left -= taken;
        rest = rest.subarray(taken);
        continue;
      }
      const missing = headerBytes - this.#header.length;
      this.#header = Buffer.concat([this.#header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (!looksLikeTls(this.#header)) return false;
      if (this.#header.length < headerBytes) break;
      this.#left = this.#header.readUInt16BE(3);
      if (this.#left > maxRecordBytes) return false;
      this.#header = Buffer.alloc(0);
      this.count++;
    }
    return true;
  }
}

/**
 * @param bytes - the first bytes of a record, one at least
 * @returns whether they may be: a type of content from change_cipher_spec to heartbeat, version 3.x
 */
export function looksLikeTls(bytes: Buffer): boolean {
  const [type = 0, major = 3] = bytes;
  return type >= 20 && type <= 24 && major === 3;
}
