import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../docs/recipes/', import.meta.url));

/** A page of `docs/recipes`: what it has installed, and its programs. */
export class RecipePage {
  readonly #text: string;

  /** @param page - e.g. `http2.md` */
  constructor(page: string) {
    this.#text = readFileSync(join(folder, page), 'utf8');
  }

  /** What follows `npm install` on the page. */
  get installs(): readonly string[] {
    const [, words = ''] = /^```sh\nnpm install (.*)\n```$/m.exec(this.#text) ?? [];
    return words.split(' ').filter((word) => word !== '');
  }

  /**
   * A program of the page, whose first line is its name as a comment.
   *
   * @param name - e.g. `server.mjs`
   * @param ports - for ports that the page names, those that are free here
   * @throws Error where the page has no such program
   */
  program(name: string, ports: Readonly<Record<number, number>>): string {
    const blocks = [...this.#text.matchAll(/^```js\n\/\/ (\S+)\n(.*?)^```$/gms)];
    let text = blocks.find(([, title]) => title === name)?.[2];
    if (text === undefined) throw new Error(`the page has no program ${name}`);
    for (const [written, free] of Object.entries(ports)) text = text.replaceAll(written, String(free));
    return text;
  }
}
