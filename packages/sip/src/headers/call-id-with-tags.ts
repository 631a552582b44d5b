import type { Parameters } from '../parameters/parameters.ts';
import { readParameters, stopped } from '../parameters/read-parameters.ts';
import { isAll, TOKEN, trimSpace, WORD } from '../syntax/characters.ts';
import { wireFromText } from '../syntax/text.ts';

/** The identification of a dialog in a header field: the form of Replaces and Target-Dialog. */
export interface CallIdWithTags {
  readonly callId: string;
  readonly first: string;
  readonly second: string;
  readonly parameters: Parameters;
}

/** Reads `callid;a=tag;b=tag` with parameters in any order; `undefined` where it does not fill the text. */
export function readCallIdWithTags(text: string, a: string, b: string): CallIdWithTags | undefined {
  const wire = wireFromText(trimSpace(text));
  const semicolon = wire.indexOf(';');
  if (semicolon === -1) return undefined;
  const callId = trimSpace(wire.slice(0, semicolon));
  const parameters = readParameters(wire, semicolon, wire.length);
  if (parameters === undefined || stopped.at !== wire.length || !isCallId(callId)) return undefined;
  const first = parameters.raw(a);
  const second = parameters.raw(b);
  if (first === undefined || second === undefined || !isAll(first, TOKEN) || !isAll(second, TOKEN))
    return undefined;
  return { callId, first, second, parameters };
}

/** `callid = word [ "@" word ]` (RFC 3261 §25.1). */
export function isCallId(text: string): boolean {
  const at = text.indexOf('@');
  return at === -1 ? isAll(text, WORD) : isAll(text.slice(0, at), WORD) && isAll(text.slice(at + 1), WORD);
}
