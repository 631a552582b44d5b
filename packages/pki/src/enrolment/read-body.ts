import { GatheredOctets } from '@entente/trust';
import { PkiFault } from '../ground/fault.ts';

/**
 * Reads the body of a request up to a limit, and keeps no more than twice that in memory, however it comes.
 * @param request - its body must not have been read
 * @param maxBytes - largest size
 * @returns the octets, or `undefined` if there are more
 * @throws PkiFault `ENTENTE_PKI_CLIENT_LEFT` where the body does not come: there is nobody to answer
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return undefined;
  if (request.body === null) return new Uint8Array();
  const gathered = new GatheredOctets(maxBytes);
  try {
    for await (const part of request.body as AsyncIterable<Uint8Array>) {
      if (!gathered.add(part)) return undefined;
    }
  } catch (cause) {
    throw new PkiFault('ENTENTE_PKI_CLIENT_LEFT', {
      sentence: 'the client has left before its request was whole',
      place: 'the body of a request',
      remedy: 'send the request again, whole and in time',
      cause,
    });
  }
  return gathered.whole();
}
