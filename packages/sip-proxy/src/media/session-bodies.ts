import { parseMediaType, type SipMessage } from '@entente/sip';
import { type MediaProblem, unreadable } from './media-problem.ts';
import { unencryptedStream } from './session-description.ts';

/** Characters of a body that is read; a session description with every candidate of ICE has some thousands. */
const mostCharacters = 65_536;
/** Parts of a multipart body, those of its multipart parts included. */
const mostParts = 32;
/** How deep multipart bodies are inside one another. */
const mostLevels = 2;
const mostPartHeader = 4_096;

/**
 * Bodies that may hold a session description where a proxy cannot read it: encrypted (RFC 3261 §23), elsewhere (RFC 4483), or in a message
 * inside the message (RFC 3261 §23.4).
 */
const hidingTypes: ReadonlySet<string> = new Set([
  'application/pkcs7-mime',
  'application/x-pkcs7-mime',
  'message/external-body',
  'message/sip',
]);

/** Counts the parts of one message. */
interface Budget {
  parts: number;
}

/**
 * Looks through the bodies of a message for a session description with a stream that is not encrypted. The size is counted before
 * anything is read; every body is read once, a part of a multipart body once more for each level.
 *
 * @param message - of a method that carries offers and answers
 * @returns undefined where there is no session description, or each stream in use is encrypted
 */
export function unencryptedMedia(message: SipMessage): MediaProblem | undefined {
  if (message.bodyLength === 0) return undefined;
  const types = message.all('Content-Type');
  if (types.length > 1) return unreadable(`${types.length} Content-Type fields`);
  const [encoding] = message.all('Content-Encoding');
  // Without a type a receiver may take the body for what it expects.
  const type = types[0] ?? sessionDescription;
  return problemIn(type, encoding, () => message.bodyText, message.bodyLength, { parts: 0 }, 0);
}

const sessionDescription = 'application/sdp';

function problemIn(
  contentType: string,
  encoding: string | undefined,
  text: () => string,
  length: number,
  budget: Budget,
  level: number,
): MediaProblem | undefined {
  const parsed = parseMediaType(contentType);
  if (!parsed.ok) return unreadable(`the Content-Type "${contentType.slice(0, 40)}"`);
  const { parameters, subtype, type } = parsed.value;
  const name = `${type}/${subtype}`;
  const isMultipart = type === 'multipart';
  if (hidingTypes.has(name)) return unreadable(`a body of type ${name}`);
  if (name !== sessionDescription && !isMultipart) return undefined;
  if (length > mostCharacters) return unreadable(`a body of ${length} bytes`);
  if (encoding !== undefined && !plainEncodings.has(encoding.trim().toLowerCase()))
    return unreadable(`the encoding "${encoding.slice(0, 40)}"`);
  if (!isMultipart) return unencryptedStream(text());
  if (level === mostLevels) return unreadable(`multipart bodies more than ${mostLevels} deep`);
  const boundary = parameters.get('boundary');
  if (boundary === undefined || boundary === '' || boundary.length > 70)
    return unreadable('a multipart body without a boundary of 1 to 70 characters');
  return problemInParts(text(), `--${boundary}`, budget, level + 1);
}

/** `Content-Encoding: identity`, and the values of Content-Transfer-Encoding that leave the bytes as they are (RFC 2045 §6.2). */
const plainEncodings: ReadonlySet<string> = new Set(['identity', '7bit', '8bit', 'binary']);

/** The parts between the delimiters, one after the other (RFC 2046 §5.1.1). */
function problemInParts(
  text: string,
  delimiter: string,
  budget: Budget,
  level: number,
): MediaProblem | undefined {
  let at = delimiterFrom(text, delimiter, 0);
  while (at !== -1 && !text.startsWith('--', at + delimiter.length)) {
    if (++budget.parts > mostParts) return unreadable(`more than ${mostParts} parts`);
    const endOfLine = text.indexOf('\n', at);
    // A reader that takes a single CR for an end of line would find parts here.
    if (endOfLine === -1) return unreadable('a part without an end of line');
    const next = delimiterFrom(text, delimiter, endOfLine + 1);
    const problem = problemInPart(text.slice(endOfLine + 1, next === -1 ? text.length : next), budget, level);
    if (problem !== undefined) return problem;
    at = next;
  }
  // A reader that compares whole lines would read on behind it.
  const end = at + delimiter.length + 2;
  return at === -1 || end === text.length || ' \t\r\n'.includes(text[end]!)
    ? undefined
    : unreadable('a last delimiter with something behind it');
}

/** Where the next delimiter is: a line of its own, so that a boundary which begins like another one is not taken for it. */
function delimiterFrom(text: string, delimiter: string, from: number): number {
  let at = text.indexOf(delimiter, from);
  while (at !== -1 && !isDelimiter(text, at, at + delimiter.length)) at = text.indexOf(delimiter, at + 1);
  return at;
}

function isDelimiter(text: string, start: number, end: number): boolean {
  if (start > 0 && text[start - 1] !== '\n') return false;
  return end === text.length || ' \t\r\n'.includes(text[end]!) || text.startsWith('--', end);
}

function problemInPart(part: string, budget: Budget, level: number): MediaProblem | undefined {
  const empty = /^\r?\n|\n\r?\n/.exec(part.slice(0, mostPartHeader));
  // Without an empty line it is all header, and there is no body.
  if (empty === null)
    return part.length > mostPartHeader ? unreadable('a part with a long header') : undefined;
  const header = part.slice(0, empty.index + 1).replaceAll(/\r?\n[ \t]+/g, ' ');
  // Readers of SIP know the compact forms here too (RFC 3261 §7.3.3).
  const types = [...fieldsOf(header, 'content-type'), ...fieldsOf(header, 'c')];
  if (types.length > 1) return unreadable(`${types.length} Content-Type fields in a part`);
  const body = part.slice(empty.index + empty[0].length);
  const encoding = [
    ...fieldsOf(header, 'content-transfer-encoding'),
    ...fieldsOf(header, 'content-encoding'),
    ...fieldsOf(header, 'e'),
  ].find((value) => !plainEncodings.has(value.toLowerCase()));
  // A part without a type is plain text (RFC 2046 §5.1).
  return problemIn(types[0] ?? 'text/plain', encoding, () => body, body.length, budget, level);
}

function fieldsOf(header: string, name: string): readonly string[] {
  return header.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return colon !== -1 && line.slice(0, colon).trim().toLowerCase() === name
      ? [line.slice(colon + 1).trim()]
      : [];
  });
}
