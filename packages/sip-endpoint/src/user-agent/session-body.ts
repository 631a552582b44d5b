/** Body of an INVITE or its answer. */
export interface SessionBody {
  /** Media type, for example `application/sdp`. */
  readonly contentType: string;
  /** The body as text, sent as UTF-8. */
  readonly body: string;
}

const directions = /^a=(sendrecv|sendonly|recvonly|inactive)$/;
/** What becomes of the direction of a stream that is put on hold. */
const onHold: Readonly<Record<string, string>> = {
  sendrecv: 'sendonly',
  sendonly: 'sendonly',
  recvonly: 'inactive',
  inactive: 'inactive',
};

/**
 * A session description with each stream on hold: nothing is received any more.
 * @param session - `application/sdp`, as this side has sent it last
 * @see RFC 3264 §8.4
 */
export function heldSession(session: SessionBody): SessionBody {
  const [head = [], ...media] = sectionsOf(session.body);
  const common = head.find((line) => directions.test(line))?.slice(2) ?? 'sendrecv';
  const held = media.map((lines) => {
    const own = lines.find((line) => directions.test(line))?.slice(2) ?? common;
    return [...lines.filter((line) => !directions.test(line)), `a=${onHold[own]}`];
  });
  const rest = head.filter((line) => !directions.test(line));
  return nextVersion({ ...session, body: [rest, ...held].flat().concat('').join('\r\n') });
}

/**
 * The same session description as a later offer: its version is one higher.
 * @param session - `application/sdp`
 * @see RFC 3264 §8
 */
export function nextVersion(session: SessionBody): SessionBody {
  const body = session.body.replace(
    /^(o=\S+ \S+ )(\d{1,19})( )/m,
    (_, before: string, version: string, after: string) => `${before}${BigInt(version) + 1n}${after}`,
  );
  return { ...session, body };
}

/**
 * A session description as the offer after another one: its version counts on from there.
 * @param session - `application/sdp`, as this side has sent it before
 * @param last - what this side has sent last
 * @see RFC 3264 §8
 */
export function sessionAgain({ body, contentType }: SessionBody, last: SessionBody): SessionBody {
  const version = /^o=.*$/m.exec(last.body)?.[0];
  const offer = version === undefined ? body : body.replace(/^o=.*$/m, () => version);
  return nextVersion({ contentType, body: offer });
}

/** The lines before the first stream, then those of each stream. */
function sectionsOf(body: string): string[][] {
  const sections: string[][] = [[]];
  for (const line of body.split(/\r?\n/)) {
    if (line === '') continue;
    if (line.startsWith('m=')) sections.push([]);
    sections.at(-1)?.push(line);
  }
  return sections;
}
