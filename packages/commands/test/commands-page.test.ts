import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { commandsPage, pagePath } from './reference/commands-page.ts';

/** The formatter may lay out tables differently; the content is the same. */
const plain = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

it('the page of the command line says what the verbs themselves say', async () => {
  expect(plain(readFileSync(pagePath, 'utf8'))).toBe(plain(await commandsPage()));
});
