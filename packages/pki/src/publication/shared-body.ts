/** Octets that a reader is handed at once. More would wait in the memory of this process where the reader is slow. */
const partBytes = 65_536;

/**
 * A body that is in memory once, however many take it at the same time: parts of the octets, not copied, each when the reader has taken
 * the one before.
 * @param bytes - must not change
 */
export function sharedBody(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let position = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        controller.enqueue(bytes.subarray(position, position + partBytes));
        position += partBytes;
        if (position >= bytes.length) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
