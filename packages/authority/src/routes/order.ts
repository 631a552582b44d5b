import { type Problem, readBody, refuse } from '@entente/pki';

const usualOrderBytes = 4_096;

/**
 * Reads an administrator's order.
 * @param request - its body must not have been read
 * @param maxBytes - largest body
 * @returns a small JSON object, or `undefined` where the body is none
 */
export async function readOrder(
  request: Request,
  maxBytes: number = usualOrderBytes,
): Promise<Record<string, unknown> | undefined> {
  const body = await readBody(request, maxBytes);
  try {
    const value: unknown = JSON.parse(Buffer.from(body ?? []).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** @param expected - the members of an order */
export function badOrder(expected: string): Problem {
  return refuse('malformed-request', `expected a JSON object with ${expected}`, 'correct the request');
}

/** @param maxBytes - largest body */
export function tooLarge(maxBytes: number): Problem {
  return refuse(
    'request-too-large',
    `expected at most ${maxBytes} octets, found more`,
    'send a smaller document',
  );
}
