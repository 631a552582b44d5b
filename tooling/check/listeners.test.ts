import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

/** The sources of packages and servers that listen themselves. */
const sources = ['packages', 'apps'].flatMap((top) =>
  readdirSync(join(root, top))
    .filter((room) => room !== 'tls' && room !== 'testkit')
    .map((room) => `${top}/${room}/src`)
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (path) => `${folder}/${path}`,
      ),
    )
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts')),
);

/** Serves HTTPS with the options of its caller, which is looked at. */
const passesOptionsOn = 'packages/host/src/plain-http/serve-https.ts';
const listens =
  /import \{[^}]*\bserve\b[^}]*\} from '@entente\/tls'|import \{[^}]*\bserveHttps\b[^}]*\} from '@entente\/host'/;

const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;

it('each listener of our servers takes newcomers in the place of those that send nothing', () => {
  const listening = sources
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
    .filter(({ path, text }) => path !== passesOptionsOn && listens.test(text))
    .map(({ path, text }) => ({
      path,
      listeners: count(text, /\bserve(?:Https)?\(/g),
      thatMakeRoom: count(text, /whenPendingIsFull: 'close-silent'/g),
    }));
  expect(listening.length).toBeGreaterThanOrEqual(8);
  expect(listening.filter(({ listeners, thatMakeRoom }) => thatMakeRoom < listeners)).toEqual([]);
});
