import { describe, expect, it } from 'vitest';
import { plantTree } from '../testing/planted-tree.ts';
import { checkPhrases } from './check-phrases.ts';
import { retiredPhrases } from './retired.ts';

describe('the list of retired phrases', () => {
  it.each([
    ['whoever', 'Whoever sends it is answered.'],
    ['he', 'The peer sends his certificate.'],
    ['way in', 'It seals the way inside.'],
    ['tell apart', 'It tells the first bytes apart.'],
    ['tell of', 'The server is told of it.'],
    ['take up', 'A member takes the topology up.'],
    ['is no …', 'That is no DNS name.'],
  ])('has %s on its list', (phrase, text) => {
    using tree = plantTree({ 'docs/a.md': text });
    const found = checkPhrases(tree.root, undefined, { phrases: retiredPhrases, exceptions: [] });
    expect(found.map(({ message }) => message)).toEqual([
      expect.stringContaining(retiredPhrases.find((each) => each.phrase === phrase)?.instead ?? 'none'),
    ]);
  });

  it.each([
    'There is no user, and it is no longer sent.',
    'In a similar way, in which the other way is shown.',
    'It takes place and ends up there.',
    'The gateway, the heading, the hero and another.',
  ])('has nothing against: %s', (text) => {
    using tree = plantTree({ 'docs/a.md': text });
    expect(checkPhrases(tree.root, undefined, { phrases: retiredPhrases, exceptions: [] })).toEqual([]);
  });
});
