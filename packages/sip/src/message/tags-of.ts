import { SipSyntaxError } from '../syntax/problem.ts';
import type { SipMessage } from './sip-message.ts';

/**
 * The option tags of Supported or Require, in lower case.
 *
 * @returns empty where the field is absent, `undefined` where it is malformed: for callers that must not throw on what a
 *   peer sent.
 */
export function tagsOf(message: SipMessage, name: 'Supported' | 'Require'): readonly string[] | undefined {
  try {
    return message.tokens(name).map((tag) => tag.toLowerCase());
  } catch (error) {
    if (error instanceof SipSyntaxError) return undefined;
    throw error;
  }
}
