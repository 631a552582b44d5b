import { mkdir, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { freePorts } from '@entente/testkit';
import { RecipeCertificates, type Side } from '../../recipes/recipe-certificates.ts';
import { RecipePage } from '../../recipes/recipe-page.ts';
import { type Asked, askService } from '../../recipes/recipe-peers.ts';
import type { Newcomer } from '../place/newcomer.ts';
import type { Program } from '../place/program.ts';

const retryMs = 50;
/** How often a client is run until the server has read the next list. */
const maxRuns = 40;
/** What a side says whose peer was revoked. */
const revoked = /expected a certificate that is not revoked/;

/** A folder of a newcomer, in which npm has installed what a page says, and its programs run as processes of their own. */
export class RecipeStage implements AsyncDisposable {
  readonly folder: string;
  /** For 8443. */
  readonly port: number;
  readonly #page: RecipePage;
  readonly #newcomer: Newcomer;
  readonly certificates: RecipeCertificates;
  readonly #open: AsyncDisposable[] = [];

  private constructor(
    page: RecipePage,
    newcomer: Newcomer,
    place: { readonly folder: string; readonly port: number; readonly certificates: RecipeCertificates },
  ) {
    this.#page = page;
    this.#newcomer = newcomer;
    this.folder = place.folder;
    this.port = place.port;
    this.certificates = place.certificates;
  }

  /**
   * Prepares the folder.
   *
   * @param name - of the page, e.g. `http2.md`
   * @param newcomer - whose folder
   * @throws Error where the page does not say what is to be installed, or npm fails
   */
  static async open(name: string, newcomer: Newcomer): Promise<RecipeStage> {
    const page = new RecipePage(name);
    if (page.installs.length === 0) throw new Error('expected a block with npm install, found none');
    const folder = await newcomer.folder(`recipe-${name}`);
    await mkdir(folder, { recursive: true });
    await newcomer.install(folder, ...page.installs);
    const [port = 0] = await freePorts(1);
    const certificates = await RecipeCertificates.write(folder);
    return new RecipeStage(page, newcomer, { folder, port, certificates });
  }

  /** Disposed of at the end, the last first. */
  own<T extends AsyncDisposable>(item: T): T {
    this.#open.push(item);
    return item;
  }

  /** Writes a program of the page, for others to import. */
  async write(name: string, ports: Readonly<Record<number, number>> = {}): Promise<void> {
    const text = this.#page.program(name, { 8443: this.port, ...ports });
    await writeFile(join(this.folder, name), text);
  }

  /** Starts a program of the page. */
  async start(name: string, ports: Readonly<Record<number, number>> = {}): Promise<Program> {
    await this.write(name, ports);
    return this.own(this.#newcomer.start('node', [name], { cwd: this.folder }));
  }

  /** Starts a server of the page, and waits until it listens. */
  async serve(name: string): Promise<Program> {
    const program = await this.start(name);
    const ended = program.ends().then(() => {
      throw new Error(`${name} ended: ${program.output}`);
    });
    await Promise.race([ended, this.#listens()]);
    ended.catch(() => {});
    return program;
  }

  /** Revokes the certificate of a side, and waits until a program says so of its peer. */
  async revocationReaches(side: Side, program: Program): Promise<void> {
    await this.certificates.revoke(side);
    await program.says(revoked);
  }

  /** Revokes the certificate of the client, and runs a client that ends by itself until the server says that it refuses it. */
  async revocationRefuses(name: string, server: Program): Promise<void> {
    await this.certificates.revoke('client');
    for (let run = 0; run < maxRuns && !revoked.test(server.output); run++)
      await (await this.start(name)).ends();
    await server.says(revoked);
  }

  /**
   * Asks a service of the page as its client, and keeps the connection.
   *
   * @param path - of the request
   */
  async ask(path: string): Promise<Asked> {
    return this.own(await askService(this.certificates, this.port, path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const item of this.#open.reverse()) await item[Symbol.asyncDispose]();
  }

  async #listens(): Promise<void> {
    while (!(await accepts(this.port))) await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
