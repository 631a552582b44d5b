import { type Problem, readBody, refuse } from '@entente/pki';
import type { Caller } from '../caller.ts';
import type { Limited } from '../limits/request-limits.ts';
import type { RouteContext } from './route-context.ts';

const usualOrderBytes = 4_096;

/**
 * Reads an administrator's order. It is counted first, so that nothing of one too many is read. The caller is looked at again once the body is here:
 * until then they may have been removed.
 * @param request - its body must not have been read
 * @param caller - who sends it
 * @param context - refuses callers that may not ask, and orders that are too many
 * @param what - it is counted as
 * @param maxBytes - largest body
 * @returns a JSON object, empty where the body is not one; or the refusal
 */
export async function readOrder(
  request: Request,
  caller: Caller,
  { guard, limited }: Pick<RouteContext, 'guard' | 'limited'>,
  what: Limited,
  maxBytes: number = usualOrderBytes,
): Promise<Record<string, unknown> | Response> {
  const refused = guard('administrator', caller) ?? limited(what, caller);
  if (refused !== undefined) return refused;
  const order = await readObject(request, maxBytes);
  return guard('administrator', caller) ?? order ?? {};
}

/**
 * Reads a JSON object.
 * @param request - its body must not have been read
 * @param maxBytes - largest body
 * @returns undefined for anything else
 */
export async function readObject(
  request: Request,
  maxBytes: number,
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
