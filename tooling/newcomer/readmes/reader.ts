import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Around, Newcomer } from '../place/newcomer.ts';
import type { Program } from '../place/program.ts';
import { notPrinted } from './expected-lines.ts';
import { type Block, isExecuted, type Readme } from './readme.ts';

/** For a Node that does not run TypeScript itself: what `npx tsx` runs. */
const tsx = fileURLToPath(new URL('../../../node_modules/tsx/dist/esm/index.mjs', import.meta.url));

/** What a block needs around it, and what has to come of it. */
export interface Play {
  /** Default that of the README. */
  readonly cwd?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Name of the file; default one that says which block it is. */
  readonly file?: string;
  /** What stands for addresses and ports of the page on this machine. */
  readonly places?: Readonly<Record<string, string>>;
  /** Commands go on where one fails, as on a terminal. */
  readonly goesOn?: boolean;
  /** Exit status; default 0. */
  readonly status?: number;
  /** What it prints, beside what its comments say. */
  readonly prints?: RegExp;
}

/** A block as it is run. */
interface Call extends Around {
  /** With what stands for addresses and ports. */
  readonly code: string;
  readonly env: Readonly<Record<string, string>>;
  /** Of node; absent for commands of a shell. */
  readonly args?: readonly string[];
}

/** Goes through READMEs, runs their blocks, and knows which of them were run. */
export class Reader {
  readonly newcomer: Newcomer;
  readonly #readmes: ReadonlyMap<string, Readme>;
  readonly #folderOf: (home: string) => string;
  readonly #played = new Set<Block>();

  /**
   * @param newcomer - who reads
   * @param readmes - all of them
   * @param folderOf - where the package of a README is installed, by its home
   */
  constructor(newcomer: Newcomer, readmes: readonly Readme[], folderOf: (home: string) => string) {
    this.newcomer = newcomer;
    this.#readmes = new Map(readmes.map((readme) => [readme.home, readme]));
    this.#folderOf = folderOf;
  }

  /**
   * Finds a block by words in it.
   *
   * @throws Error where no block has them, or several have
   */
  find(home: string, contains: string): Block {
    const found = (this.#readmes.get(home)?.blocks ?? []).filter(({ code }) => code.includes(contains));
    if (found.length !== 1)
      throw new Error(`expected one block with "${contains}" in ${home}/README.md, found ${found.length}`);
    return found[0] as Block;
  }

  /** Where the package of a README is installed. */
  folderOf(home: string): string {
    return this.#folderOf(home);
  }

  /** Programs and commands that were not run yet. */
  get unplayed(): readonly Block[] {
    return [...this.#readmes.values()]
      .flatMap(({ blocks }) => blocks)
      .filter((block) => isExecuted(block) && !this.#played.has(block));
  }

  /** Counts a block as seen without running it. */
  leave(block: Block): void {
    this.#played.add(block);
  }

  /** How many blocks were run or left. */
  get seen(): number {
    return this.#played.size;
  }

  /**
   * Runs a block to its end.
   *
   * @returns its output
   * @throws Error where its exit status is another one, or it does not print what it has to
   */
  async run(block: Block, play: Play = {}): Promise<string> {
    const { code, ...call } = await this.#call(block, play);
    const { status, stdout, stderr } =
      call.args !== undefined
        ? await this.newcomer.run('node', call.args, call)
        : await this.newcomer.shell(code, call, play.goesOn);
    const output = stdout + stderr;
    const missing = [
      ...(status === (play.status ?? 0) ? [] : [`status ${play.status ?? 0}, found ${status}`]),
      ...(play.prints === undefined || play.prints.test(output) ? [] : [String(play.prints)]),
      ...(block.language === 'sh' ? [] : notPrinted(code, stdout).map((comment) => `the line "${comment}"`)),
    ];
    if (missing.length > 0)
      throw new Error(`expected ${missing.join(', and ')}; it said: ${output.trim().slice(-2_500)}`);
    return output;
  }

  /**
   * Starts a block that stays, and waits until it prints what it has to.
   *
   * @throws Error where it does not
   */
  async start(block: Block, play: Play & { readonly prints: RegExp }): Promise<Program> {
    const { code, ...call } = await this.#call(block, play);
    const started =
      call.args !== undefined
        ? this.newcomer.start('node', call.args, call)
        : this.newcomer.startShell(code, call, play.goesOn);
    try {
      await started.says(play.prints);
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
    return started;
  }

  async #call(block: Block, play: Play): Promise<Call> {
    const { args = [], env = {}, places = {} } = play;
    const cwd = play.cwd ?? this.#folderOf(block.home);
    this.#played.add(block);
    let { code } = block;
    for (const [written, here] of Object.entries(places)) code = code.replaceAll(written, here);
    if (block.language === 'sh') return { code, cwd, env };
    const suffix = block.language === 'ts' ? 'mts' : 'mjs';
    const file = play.file ?? `${block.home.replace('/', '-')}-${block.line}.${suffix}`;
    await writeFile(join(cwd, file), code);
    const loader = suffix === 'mts' && !this.newcomer.stripsTypes ? ['--import', tsx] : [];
    return { code, args: [...loader, file, ...args], cwd, env };
  }
}
