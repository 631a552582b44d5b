import { expect, it } from 'vitest';
import { reachesBeyond } from '../src/text-breaks-out-of-line.ts';

it.each([
  ['overrides the order of what follows', 'Alice \u202E'],
  ['begins an embedding', '\u202BAlice'],
  ['begins an isolate', 'Alice\u2067'],
  ['ends one of two', '\u202E\u202EAlice\u202C'],
  ['ends an embedding in an isolate that goes on', '\u2067\u202EAlice\u202C'],
  ['ends an isolate and not the embedding around it', '\u202E\u2067Alice\u2069'],
  ['ends an isolate as if it were an embedding', '\u2067Alice\u202C'],
  ['ends a line', 'Alice\u0085'],
  ['ends a paragraph', 'Alice\u2029'],
  ['has a control character', 'Alice\u009B2J'],
])('a name reaches beyond its end where it %s', (_, name) => {
  expect(reachesBeyond(name)).toBe(true);
});

it.each([
  ['it is plain', 'Alice of Fabrikam'],
  ['it is written from right to left', '\u05D3\u05D5\u05E8\u05D4'],
  ['it has marks of direction', '\u200FDora\u200E'],
  ['all that it begins has ended', '\u202B\u05D3\u05D5\u05E8\u05D4\u202C \u2067Dora\u2069'],
  ['an isolate ends with an embedding in it', '\u2067\u202EDora\u2069'],
  ['it ends what has not begun', '\u202C\u2069Dora'],
  ['it has a tab', 'Dora\tof Fabrikam'],
  ['there is none', ''],
])('a name does not reach beyond its end where %s', (_, name) => {
  expect(reachesBeyond(name)).toBe(false);
});
