import type { IncomingMessage } from 'node:http';
import { GatheredOctets } from '@entente/trust';

/** The body of a request. */
export type ReadText =
  | { readonly ok: true; readonly text: string }
  /** `unfit`: there is more than is allowed, or it is not UTF-8; `left`: its client has left before the end, and hears no answer. */
  | { readonly ok: false; readonly why: 'unfit' | 'left' };

const unfit = { ok: false, why: 'unfit' } as const satisfies ReadText;
const left = { ok: false, why: 'left' } as const satisfies ReadText;

/**
 * Reads the body of a request as text, up to a limit, and keeps no more than twice that in memory, however it comes. That a client leaves meanwhile, or is too slow for the
 * server, does not count as a fault of the program: anybody can do it as often as they like.
 * @param incoming - whose body nobody has read
 * @param maxBytes - largest size
 */
export async function readText(incoming: IncomingMessage, maxBytes: number): Promise<ReadText> {
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) return unfit;
  const gathered = new GatheredOctets(maxBytes);
  try {
    for await (const part of incoming as AsyncIterable<Buffer>) {
      if (!gathered.add(part)) return unfit;
    }
  } catch {
    // A request fails of nothing but its connection.
    return left;
  }
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(gathered.whole()) };
  } catch {
    return unfit;
  }
}

/**
 * Whether a request says that its body is JSON.
 * @param incoming - any
 */
export function isJson({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  return type.trim().toLowerCase() === 'application/json';
}
