import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Program } from '../place/program.ts';
import type { Play, Reader } from '../readmes/reader.ts';
import { leadingHere } from './outside.ts';

/** Of the organisation that the READMEs describe. */
export const domain = 'contoso.example';
/** Options of a command of its administrator. */
export const asAlice = '--as ca/administrators/alice.yaml';

/** Hosts by name, each with an address of its own in a network of loopback, so that every port is the one of the page. */
const hosts = {
  ca: 1,
  fe1: 11,
  dir1: 12,
  med1: 13,
  edge1: 14,
  web1: 15,
  gw1: 16,
  access: 24,
  echo1: 31,
  chat1: 32,
};
/** First label of a host. */
export type Host = keyof typeof hosts;

/** An organisation as the READMEs of its programs start it, then the programs of READMEs of libraries as its servers. */
export class NetworkReader {
  /** What did not go as written. */
  readonly faults: string[] = [];
  readonly #reader: Reader;
  readonly #folder: string;
  readonly #base = `127.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  readonly #env: Readonly<Record<string, string>>;
  readonly #running = new Map<string, Program>();

  constructor(reader: Reader, folder: string, portOfExample: number) {
    this.#reader = reader;
    this.#folder = folder;
    const addresses = Object.keys(hosts).map((host) => [`${host}.${domain}`, this.at(host as Host)]);
    this.#env = leadingHere(reader.newcomer, {
      ...Object.fromEntries(addresses),
      [domain]: this.at('fe1'),
      [`sip.${domain}`]: this.at('fe1'),
      'example.com:443': portOfExample,
    });
  }

  readonly at = (host: Host): string => `${this.#base}.${hosts[host]}`;

  /** Does what nothing later needs: where it fails, the rest goes on. */
  async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.faults.push((error as Error).message);
    }
  }

  /** Commands that no README has. */
  async shell(commands: string): Promise<string> {
    const around = { cwd: this.#folder, env: this.#env };
    const { status, stdout, stderr } = await this.#reader.newcomer.shell(commands, around);
    if (status !== 0) throw new Error(`between the READMEs: ${(stdout + stderr).trim().slice(-2_500)}`);
    return stdout;
  }

  /** The same from a file of this folder: `AT_FE1` in it is the address of that host. */
  async script(name: string): Promise<string> {
    const text = await readFile(new URL(name, import.meta.url), 'utf8');
    const isHost = (word: string): word is Host => word in hosts;
    return this.shell(
      text.replaceAll(/\bAT_([A-Z\d]+)\b/g, (word, host: string) => {
        const known = host.toLowerCase();
        return isHost(known) ? this.at(known) : word;
      }),
    );
  }

  /** How a block is played here; a host stands for the addresses that the page has. */
  play(host: Host, more: Play = {}): Play {
    const places = {
      '127.0.0.1': this.at(host),
      '10.0.0.31': this.at('echo1'),
      '10.0.0.32': this.at('chat1'),
    };
    return { ...more, places: { ...places, ...more.places }, env: { ...this.#env, ...more.env } };
  }

  /** Commands of a README of a program, in the folder of the network. */
  async commands(home: string, contains: string, play: Play): Promise<string> {
    return this.#reader.run(this.#reader.find(home, contains), { cwd: this.#folder, ...play });
  }

  /** The same for those that stay; a name by which they are ended. */
  async stay(name: string, home: string, contains: string, play: Play & { readonly prints: RegExp }) {
    const block = this.#reader.find(home, contains);
    const program = await this.#reader.start(block, { cwd: this.#folder, ...play });
    this.#running.set(name, program);
    return program;
  }

  /** One that stays. */
  running(name: string): Program {
    const program = this.#running.get(name);
    if (program === undefined) throw new Error(`${name} does not run`);
    return program;
  }

  /** Commands that no README has, which stay. */
  background(commands: string): Program {
    return this.#reader.newcomer.startShell(commands, { cwd: this.#folder, env: this.#env });
  }

  async stop(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.#running.get(name)?.[Symbol.asyncDispose]();
      this.#running.delete(name);
    }
  }

  async stopAll(): Promise<void> {
    await this.stop(...[...this.#running.keys()].reverse());
  }

  /** Runs the program of a library as a server of the network until it says that it is there, in the folder of the library. */
  async server(host: Host, home: string, contains: string, prints: RegExp): Promise<void> {
    const token = await this.shell(`entente join-token ${host}.${domain} --replace ${asAlice} | head -n 1`);
    const play = this.play(host, { env: { JOIN_TOKEN: token.trim() } });
    await using _program = await this.#reader.start(this.#reader.find(home, contains), { ...play, prints });
  }
}
