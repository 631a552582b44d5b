import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestAuthority, freePorts, type TestAuthority, type TestCertificate } from '@entente/testkit';
import { expect, vi } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The names of the guide with whose certificates the recipes begin. */
export const names = { service: 'service.contoso.example', client: 'client.contoso.example' } as const;
type Side = keyof typeof names;

let authority: Promise<TestAuthority> | undefined;

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

/**
 * A folder with what the guide to a private CA leaves in one, in which the programs of one page run in this process: the certificates of a
 * service and of a client, from one CA for all recipes, and its list.
 */
export class RecipeFolder implements AsyncDisposable {
  readonly port: number;
  readonly #page: string;
  readonly #folder: string;
  readonly #authority: TestAuthority;
  readonly #certificates: Readonly<Record<Side, TestCertificate>>;
  readonly #cwd = process.cwd();
  readonly #printed = vi.spyOn(console, 'log').mockImplementation(() => {});
  readonly #closers: (() => unknown)[] = [];
  readonly #looking = lookOften();

  private constructor(
    page: string,
    port: number,
    made: TestAuthority,
    certificates: Readonly<Record<Side, TestCertificate>>,
  ) {
    this.port = port;
    this.#page = readFileSync(join(root, 'docs/recipes', page), 'utf8');
    this.#authority = made;
    this.#certificates = certificates;
    // Inside the repository, where the programs find the packages by name.
    mkdirSync(join(root, '.cache'), { recursive: true });
    this.#folder = mkdtempSync(join(root, '.cache/recipe-'));
    for (const side of ['service', 'client'] as const) {
      this.write(`${names[side]}.crt`, certificates[side].chainPem);
      this.write(`${names[side]}.key`, certificates[side].keyPem);
    }
    this.write('ca.crt', made.certificatePem);
    process.chdir(this.#folder);
  }

  /**
   * Prepares a folder, and moves this process into it.
   * @param page - e.g. `http2.md`
   */
  static async open(page: string): Promise<RecipeFolder> {
    authority ??= createTestAuthority('Contoso Root');
    const made = await authority;
    const [service, client] = await Promise.all(
      (['service', 'client'] as const).map((side) => made.issue({ dnsNames: [names[side]] })),
    );
    const [port = 0] = await freePorts(1);
    const folder = new RecipeFolder(page, port, made, { service: service!, client: client! });
    await folder.#publish([]);
    return folder;
  }

  /** The certificate of a side, for a server that is not part of the page. */
  certificate(side: Side): TestCertificate {
    return this.#certificates[side];
  }

  /** Everything that the programs have printed, by lines. */
  get printed(): readonly string[] {
    return this.#printed.mock.calls.map((parts) => parts.join(' '));
  }

  /** Closed at the end, the last first. */
  onClose(close: () => unknown): void {
    this.#closers.push(close);
  }

  /**
   * Runs a program of the page, whose first line is its name as a comment.
   * @param name - e.g. `server.mts`
   * @param ports - ports that the page names, and those that are free here; 8443 is always replaced
   */
  async run<T = Exports>(name: string, ports: Readonly<Record<number, number>> = {}): Promise<T> {
    const blocks = [...this.#page.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```$/gms)];
    let text = blocks.find(([, title]) => title === name)?.[2];
    if (text === undefined) throw new Error(`the page has no program ${name}`);
    for (const [written, free] of Object.entries({ 8443: this.port, ...ports }))
      text = text.replaceAll(written, String(free));
    this.write(name, text);
    const exports = (await import(join(this.#folder, name))) as Exports;
    const { trust } = exports;
    if (trust !== undefined) this.onClose(() => trust[Symbol.asyncDispose]());
    return exports as T;
  }

  /**
   * Revokes the certificate of a side, and waits for what must follow: an open connection is closed at both ends, with the reason.
   * @param side - whose certificate
   * @param closed - resolves when the library that holds the connection has noticed
   */
  async revocationCloses(side: Side, closed: Promise<unknown>): Promise<void> {
    await this.#publish([this.#certificates[side].serialHex]);
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

  async #publish(serials: readonly string[]): Promise<void> {
    const number = serials.length + 1;
    this.write(
      'ca.crl',
      await this.#authority.crl(serials, { number, thisUpdate: Date.now() - 2_000 + number * 1_000 }),
    );
  }

  /** Puts a file into the folder. */
  write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text);
  }
}
