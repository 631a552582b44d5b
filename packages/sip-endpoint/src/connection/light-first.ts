import type { TurnReader } from './loop-turn.ts';

/** As much waits of a client that sends a request or two. */
const lightBytes = 4_096;

/**
 * Those of whom little waits before those of whom much waits, as RFC 8290 §4.2 does it for flows: what is new is refused once a turn has lasted
 * for a moment, and without this it would be that of anyone who stands behind a flood. What is about as much keeps its order, so that nobody comes
 * first by sending a little less; and links keep their places, because what waits there is of many.
 * @param readers - in the order in which their bytes have come
 */
export function lightFirst(readers: readonly TurnReader[]): TurnReader[] {
  const own: { readonly reader: TurnReader; readonly weight: number }[] = [];
  for (const reader of readers) {
    const { waitingBytes } = reader;
    if (waitingBytes !== undefined) own.push({ reader, weight: weightOf(waitingBytes) });
  }
  own.sort((one, other) => one.weight - other.weight);
  let next = 0;
  return readers.map((reader) => (reader.waitingBytes === undefined ? reader : own[next++]!.reader));
}

/** 0 for little, and one more for each time that it is twice as much. */
function weightOf(bytes: number): number {
  return 32 - Math.clz32(Math.floor(bytes / lightBytes));
}
