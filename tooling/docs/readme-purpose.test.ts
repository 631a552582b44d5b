import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rooms = ['packages', 'apps']
  .flatMap((floor) => readdirSync(join(root, floor)).map((name) => `${floor}/${name}`))
  .filter((room) => existsSync(join(root, room, 'package.json')))
  .filter(
    (room) =>
      !(JSON.parse(readFileSync(join(root, room, 'package.json'), 'utf8')) as { private?: boolean }).private,
  );

describe('the page of a package, which is its README', () => {
  it.each(rooms)('says what the package is for before anything else: %s', (room) => {
    const [heading = '', empty, sentence = ''] = readFileSync(join(root, room, 'README.md'), 'utf8').split(
      '\n',
    );
    expect(heading).toMatch(/^# @entente\//);
    expect(empty).toBe('');
    expect(sentence, 'a sentence between the heading and the first block').toMatch(/^[A-Z`].{20,}/);
  });

  it.each(rooms)('leads to pages of the site: %s', (room) => {
    const links = [
      ...readFileSync(join(root, room, 'README.md'), 'utf8').matchAll(/\]\(([^)#]*docs\/[^)#]+\.md)/g),
    ];
    expect(links.length).toBeGreaterThan(0);
    expect(links.map(([, link = '']) => link).filter((link) => !existsSync(join(root, room, link)))).toEqual(
      [],
    );
  });
});
