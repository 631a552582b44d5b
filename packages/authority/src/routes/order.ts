import { type Problem, readBody, refuse } from '@entente/pki';
import type { Caller } from '../caller.ts';
import type { Guard } from './guard.ts';

const usualOrderBytes = 4_096;

/**
 * Reads an administrator's order. The caller is looked at again once the body is here: until then they may have been removed.
 * @param request - its body must not have been read
 * @param caller - who sends it
 * @param guard - refuses callers that may not ask
 * @param maxBytes - largest body
 * @returns a JSON object, empty where the body is not one; or the refusal
 */
export async function readOrder(
  request: Request,
  caller: Caller,
  guard: Guard,
  maxBytes: number = usualOrderBytes,
): Promise<Record<string, unknown> | Response> {
  const refused = guard('administrator', caller);
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
