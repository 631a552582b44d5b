import { Readable } from 'node:stream';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import { TlsFault } from '../fault/fault.ts';

/**
 * What is sent as the body of a request. It is read whole where its length is not said; else as it is sent, because a long body may be shared by
 * many requests. The platform sends what it is given: whatever goes beyond the length that was said, the server would take for its next request.
 *
 * @param request - with its body, and with its `content-length` where that was said
 * @returns nothing where it has no body; a stream fails where it has not the length that was said
 * @throws TlsFault `ENTENTE_OPTION_INVALID` where that is not a number, or there is no body for it
 */
export async function bodyOf(request: Request): Promise<Buffer | Readable | undefined> {
  const said = request.headers.get('content-length');
  if (said === null) return request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
  if (!/^\d+$/.test(said)) throw notSo(`expected a number of bytes, found "${said}"`);
  const length = Number(said);
  if (request.body !== null) return Readable.from(measured(request.body as NodeStream, length));
  if (length > 0) throw notSo(`expected a body of ${length} bytes, found 0`);
  return undefined;
}

/** The parts of a body, as long as they are no more than was said. */
async function* measured(body: NodeStream, length: number): AsyncGenerator<Buffer> {
  let found = 0;
  for await (const part of Readable.fromWeb(body) as AsyncIterable<Buffer>) {
    found += part.length;
    if (found > length) throw notSo(`expected a body of ${length} bytes, found more`);
    yield part;
  }
  if (found < length) throw notSo(`expected a body of ${length} bytes, found ${found}`);
}

function notSo(sentence: string): TlsFault {
  return new TlsFault('ENTENTE_OPTION_INVALID', {
    sentence,
    place: 'content-length of a request',
    remedy: 'leave content-length out, or give the length of the body in bytes',
  });
}
