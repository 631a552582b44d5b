/**
 * Cuts a stream into messages, each after its length in two octets (RFC 1035 §4.2.2).
 * @param {(message: Buffer) => void} onMessage
 * @returns {(chunk: Buffer) => void} takes what arrives; it keeps no more than one message, 65,535 octets
 */
export function messageReader(onMessage) {
  let parts = [];
  let length = 0;
  return (chunk) => {
    parts.push(chunk);
    length += chunk.length;
    if (length < 2) return;
    // Joined when a message is complete, so that octets that come one by one cost no more than others.
    const head = parts[0].length >= 2 ? parts[0] : Buffer.concat(parts);
    if (length < 2 + head.readUInt16BE(0)) return;
    let bytes = Buffer.concat(parts);
    while (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) {
      const end = 2 + bytes.readUInt16BE(0);
      onMessage(bytes.subarray(2, end));
      bytes = bytes.subarray(end);
    }
    parts = bytes.length === 0 ? [] : [bytes];
    length = bytes.length;
  };
}
