import { BACKSLASH, QUOTE } from '../syntax/characters.ts';
import { type Head, STRIDE } from './head-index.ts';

const open = 0x28;
const close = 0x29;

/**
 * Whether the head of a message has a NUL that is not escaped: programs in C end the text there, and see another message than we do. A message without any
 * costs one native search of its bytes; nothing else that the grammar excludes can be found as cheaply.
 * @param wire - of the message, from its start line
 * @see RFC 3261 §25.1, quoted-pair: escaped between quotes and in comments it is part of the grammar
 */
export function hasRawNul(wire: string, head: Head): boolean {
  const first = wire.indexOf('\0');
  if (first === -1 || first >= head.bodyStart) return false;
  if (first < head.startLineEnd) return true;
  const { lines } = head;
  for (let line = 0; line < lines.length; line += STRIDE)
    if (isRawIn(wire, lines[line + 1]!, lines[line + 2]!)) return true;
  return false;
}

function isRawIn(wire: string, start: number, end: number): boolean {
  let isQuoted = false;
  let comments = 0;
  for (let i = start; i < end; i++) {
    const code = wire.charCodeAt(i);
    if (code === 0) return true;
    if (code === BACKSLASH && (isQuoted || comments > 0)) i++;
    else if (code === QUOTE && comments === 0) isQuoted = !isQuoted;
    else if (code === open && !isQuoted) comments++;
    else if (code === close && !isQuoted && comments > 0) comments--;
  }
  return false;
}
