import { timingSafeEqual } from 'node:crypto';

/** Whether two digests are equal, in a time that does not depend on where they differ. */
export function equalDigests(expected: string, found: string, length: number): boolean {
  if (found.length !== length) return false;
  const a = Buffer.from(expected, 'latin1');
  const b = Buffer.from(found, 'latin1');
  return a.length === b.length && timingSafeEqual(a, b);
}
