import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@entente/testkit';
import { expect, vi } from 'vitest';
import { RecipeCertificates, type Side } from './recipe-certificates.ts';
import { RecipePage } from './recipe-page.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Waits for an event, whatever errors come before it.
 * @param emitter - of a library
 * @param event - e.g. `close`
 */
export function emits(
  emitter: { once(event: string, listener: () => void): unknown },
  event: string,
): Promise<void> {
  return new Promise((resolve) => {
    emitter.once(event, resolve);
  });
}

const secondMs = 1_000;
const oftenMs = 20;

/** Files are looked at each second. Here they are looked at more often, because nothing else is to be waited for. */
function lookOften() {
  const { setInterval } = globalThis;
  const spied = vi.spyOn(globalThis, 'setInterval');
  const sooner = (run: () => void, everyMs?: number) =>
    setInterval(run, everyMs === secondMs ? oftenMs : everyMs);
  return spied.mockImplementation(sooner as never);
}

/** What a program of a page exports. */
type Exports = Readonly<Record<string, never>> & { readonly trust?: AsyncDisposable };

/** A folder with what the guide to a private CA leaves in one, in which the programs of one page run in this process. */
export class RecipeFolder implements AsyncDisposable {
  readonly port: number;
  readonly #page: RecipePage;
  readonly #folder: string;
  readonly certificates: RecipeCertificates;
  readonly #cwd = process.cwd();
  readonly #printed = vi.spyOn(console, 'log').mockImplementation(() => {});
  readonly #closers: (() => unknown)[] = [];
  readonly #looking = lookOften();

  private constructor(page: RecipePage, port: number, folder: string, certificates: RecipeCertificates) {
    this.port = port;
    this.#page = page;
    this.#folder = folder;
    this.certificates = certificates;
    process.chdir(folder);
  }

  /**
   * Prepares a folder, and moves this process into it.
   * @param page - e.g. `http2.md`
   */
  static async open(page: string): Promise<RecipeFolder> {
    // Inside the repository, where the programs find the packages by name.
    mkdirSync(join(root, '.cache'), { recursive: true });
    const folder = mkdtempSync(join(root, '.cache/recipe-'));
    const certificates = await RecipeCertificates.write(folder);
    const [port = 0] = await freePorts(1);
    return new RecipeFolder(new RecipePage(page), port, folder, certificates);
  }

  /** Everything that the programs have printed, by lines. */
  get printed(): readonly string[] {
    return this.#printed.mock.calls.map((parts) => parts.join(' '));
  }

  /** Closed at the end, the last first. */
  onClose(close: () => unknown): void {
    this.#closers.push(close);
  }

  /** The same for something that can be disposed of. */
  own<T extends AsyncDisposable>(item: T): T {
    this.onClose(() => item[Symbol.asyncDispose]());
    return item;
  }

  /**
   * Runs a program of the page, whose first line is its name as a comment.
   * @param name - e.g. `server.mjs`
   * @param ports - ports that the page names, and those that are free here; 8443 is always replaced
   */
  async run<T = Exports>(name: string, ports: Readonly<Record<number, number>> = {}): Promise<T> {
    this.write(name, this.#page.program(name, { 8443: this.port, ...ports }));
    const exports = (await import(join(this.#folder, name))) as Exports;
    const { trust } = exports;
    if (trust !== undefined) this.own(trust);
    return exports as T;
  }

  /**
   * Revokes the certificate of a side, and waits for what must follow: an open connection is closed at both ends, with the reason.
   * @param side - whose certificate
   * @param closed - resolves when the library that holds the connection has noticed
   */
  async revocationCloses(side: Side, closed: Promise<unknown>): Promise<void> {
    await this.certificates.revoke(side);
    await closed;
    await expect.poll(() => this.printed.join('\n')).toMatch(/expected a certificate that is not revoked/);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#closers.reverse()) await close();
    this.#printed.mockRestore();
    this.#looking.mockRestore();
    process.chdir(this.#cwd);
    rmSync(this.#folder, { recursive: true });
  }

  /** Puts a file into the folder. */
  write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text);
  }
}
