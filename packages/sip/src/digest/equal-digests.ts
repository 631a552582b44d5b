import { Buffer } from 'node:buffer';
import { timingSafeEqual } from 'node:crypto';

/** What is compared is bytes. Those of the usual length are written over by the next two digests, instead of allocated for each two. */
const usualLength = 64;
const expectedBytes = Buffer.alloc(usualLength);
const foundBytes = Buffer.alloc(usualLength);

/** Whether two digests are equal, in a time that does not depend on where they differ. */
export function equalDigests(expected: string, found: string, length: number): boolean {
  if (found.length !== length || expected.length !== length) return false;
  if (length !== usualLength)
    return timingSafeEqual(Buffer.from(expected, 'latin1'), Buffer.from(found, 'latin1'));
  expectedBytes.write(expected, 'latin1');
  foundBytes.write(found, 'latin1');
  return timingSafeEqual(expectedBytes, foundBytes);
}
