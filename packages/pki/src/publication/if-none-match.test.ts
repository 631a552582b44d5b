import { describe, expect, it } from 'vitest';
import { hasObject } from './if-none-match.ts';

describe('a client that has an object is', () => {
  it('who says so of any of several tags, of a weak one, or of whatever there is, and no others', () => {
    for (const header of ['"7"', 'W/"7"', '"a,b", "7"', 'W/"a" ,W/"7","b"', '*', ' * ']) {
      expect(hasObject(header, '7'), header).toBe(true);
    }
    for (const header of [null, undefined, '', '""', '7', '"70"', '"07"', '"7', '"*"', '**']) {
      expect(hasObject(header, '7'), `${header}`).toBe(false);
    }
  });
});
