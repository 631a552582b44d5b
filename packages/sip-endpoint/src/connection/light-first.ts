import type { TurnReader } from './turn-reader.ts';

/** As much comes of a client that registers, or sends a request or two. */
const lightBytes = 4_096;

/**
 * Those who have sent little lately before those who have sent much, as RFC 8290 §4.2 does it for flows: what is new is refused once a turn has
 * lasted for a moment, and without this it would be that of anyone who stands behind a flood. What counts is what has come within half a second,
 * not what waits: one long message counts for less than a flood of short ones. Those who have sent about as much keep their order, so that
 * nobody comes first by sending a little less; and links keep their places, because what comes there is of many.
 * @param readers - in the order in which their bytes have come
 */
export function lightFirst(readers: readonly TurnReader[]): TurnReader[] {
  const own: { readonly reader: TurnReader; readonly weight: number }[] = [];
  /** Of those who stay where they are. */
  const links: (TurnReader | undefined)[] = readers.map((reader) => {
    const { recentBytes } = reader;
    if (recentBytes === undefined) return reader;
    own.push({ reader, weight: weightOf(recentBytes) });
    return undefined;
  });
  own.sort((one, other) => one.weight - other.weight);
  let next = 0;
  return links.map((link) => link ?? own[next++]!.reader);
}

/** 0 for little, and one more for each time that it is twice as much. */
function weightOf(bytes: number): number {
  return 32 - Math.clz32(Math.floor(bytes / lightBytes));
}
