/** Of the length in front of a message. */
const headBytes = 2;

/**
 * Cuts a stream into messages, each after its length in two octets (RFC 1035 §4.2.2).
 * @param {(message: Buffer) => void} onMessage
 * @returns {(chunk: Buffer) => void} takes what arrives; it keeps no more than one message, 65,535 octets, and what came with its end
 */
export function messageReader(onMessage) {
  let parts = [];
  let length = 0;
  let needed = headBytes;
  return (chunk) => {
    parts.push(chunk);
    length += chunk.length;
    // Nothing is joined before something is complete: octets that come one by one cost no more than others.
    if (length < needed) return;
    const bytes = parts.length === 1 ? chunk : Buffer.concat(parts, length);
    let at = 0;
    needed = neededAt(bytes, at);
    while (bytes.length - at >= needed) {
      onMessage(bytes.subarray(at + headBytes, at + needed));
      at += needed;
      needed = neededAt(bytes, at);
    }
    parts = at === bytes.length ? [] : [bytes.subarray(at)];
    length = bytes.length - at;
  };
}

/** Octets of the message that begins here, with its length, or of that alone where it is not there yet. */
function neededAt(bytes, at) {
  return bytes.length - at < headBytes ? headBytes : headBytes + bytes.readUInt16BE(at);
}
