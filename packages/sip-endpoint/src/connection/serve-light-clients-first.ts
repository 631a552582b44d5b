import type { TurnReader } from './turn-reader.ts';

/** In half a second as much comes of a client that registers, or sends a request or two. */
const lightBytes = 4_096;

/**
 * Those who have sent little lately before all others, as RFC 8290 §4.2 does it for flows: what is new is refused once a turn has lasted for a
 * moment, and without this it would be that of anyone who stands behind a flood. What counts is what has come within half a second, not what
 * waits: a flood of short messages is one. All others keep their order, so that nobody comes first by sending a little less than others, and what
 * they have in dialogs does not use up the time for what is new; and links keep their places, because what comes there is of many.
 * @param readers - in the order in which their bytes have come
 */
export function lightFirst(readers: readonly TurnReader[]): TurnReader[] {
  const light: TurnReader[] = [];
  const others: TurnReader[] = [];
  const links = readers.map((reader) => {
    const { recentBytes } = reader;
    if (recentBytes === undefined) return reader;
    if (recentBytes <= lightBytes) light.push(reader);
    else others.push(reader);
    return undefined;
  });
  const own = [...light, ...others];
  let next = 0;
  return links.map((link) => link ?? own[next++]!);
}
