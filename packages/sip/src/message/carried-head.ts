import { type Head, STRIDE, VIA_BIT } from './head-index.ts';
import { repeated } from './head-problems.ts';
import { CONTENT_LENGTH, firstRepeatable, nameOfId, UNKNOWN } from './header-names.ts';
import type { Line } from './written-line.ts';

/**
 * The head of an edited message as `indexHead` would find it, from that of the original: the offsets of what was not touched are carried
 * over, so that no byte is read again.
 * @param original - of the message that was edited
 * @param lines - of the edited one, in order
 * @param startLineEnd - of the edited one
 * @returns undefined where Content-Length was written, which may be anything
 */
export function carriedHead(original: Head, lines: readonly Line[], startLineEnd: number): Head | undefined {
  const before = original.lines;
  const after: number[] = new Array(lines.length * STRIDE);
  let problem: Head['problem'];
  let present = 0;
  let repeatable = 0;
  let at = startLineEnd + 2;
  let count = 0;
  for (const line of lines) {
    let id: number;
    if (typeof line === 'number') {
      const start = before[line]!;
      const end = before[line + 2]!;
      id = before[line + 3]!;
      after[count] = at;
      after[count + 1] = at + before[line + 1]! - start;
      after[count + 2] = at + end - start;
      after[count + 3] = id;
      id &= 0xff;
      at += end + 2 - start;
    } else {
      id = line.id;
      if (id === CONTENT_LENGTH) return undefined;
      const size = line.text.length;
      after[count] = at;
      after[count + 1] = at + line.nameLength + 1;
      after[count + 2] = at + size - 2;
      after[count + 3] = id;
      at += size;
    }
    count += STRIDE;
    if (id < firstRepeatable) {
      const bit = 1 << id;
      if (id !== UNKNOWN && (present & bit) !== 0) problem ??= repeated(nameOfId(id));
      present |= bit;
    } else {
      if (id === firstRepeatable) present |= VIA_BIT;
      repeatable |= 1 << (id & 31);
    }
  }
  const contentLength = (present & (1 << CONTENT_LENGTH)) === 0 ? -1 : original.contentLength;
  return { startLineEnd, lines: after, bodyStart: at + 2, contentLength, present, repeatable, problem };
}
