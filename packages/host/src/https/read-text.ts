import type { IncomingMessage } from 'node:http';

/**
 * Reads the body of a request as text, up to a limit, and never keeps more in memory.
 * @param incoming - whose body nobody has read
 * @param maxBytes - largest size
 * @returns undefined where there is more, or it is not UTF-8
 * @throws what the connection failed of
 */
export async function readText(incoming: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) return undefined;
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) return undefined;
    parts.push(part);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts, size));
  } catch {
    return undefined;
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
