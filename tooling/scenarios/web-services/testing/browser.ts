import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spawnTied } from '@entente/testkit/repository';
import { WebSocket } from 'undici';

/** Debian's names of the program, the smaller one first. */
const programs = ['chromium-headless-shell', 'chromium'];

/** What a browser believes and finds. */
export interface BrowserOptions {
  /** PEM of a CA that it believes beside those that come with it; none otherwise. */
  readonly ca?: string;
  /** Names that it finds on this machine. */
  readonly hosts: readonly string[];
}

/** A page that was asked for. */
export interface OpenedPage {
  /** Why it was refused, as the browser names it, e.g. `net::ERR_CERT_AUTHORITY_INVALID`; absent where it was opened. */
  readonly refused: string | undefined;
}

/** Why a test with a browser cannot run here. */
export function missingBrowser(): string | undefined {
  if (program() === undefined) return 'chromium-headless-shell is not installed';
  return spawnSync('certutil', ['-H']).error === undefined
    ? undefined
    : 'certutil (libnss3-tools) is not installed';
}

function program(): string | undefined {
  return programs.find((name) => spawnSync(name, ['--version']).error === undefined);
}

/** A real Chromium without a window, told what to do over its debugging port. */
export class Browser implements AsyncDisposable {
  readonly #stop: () => Promise<void>;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #asked = 0;

  private constructor(socket: WebSocket, stop: () => Promise<void>) {
    this.#socket = socket;
    this.#stop = stop;
    socket.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer;
      this.#waiting.get(answer.id ?? 0)?.(answer);
      this.#waiting.delete(answer.id ?? 0);
    });
  }

  /**
   * Starts a browser with a profile of its own.
   * @param options - what it believes and finds
   */
  static async open({ ca, hosts }: BrowserOptions): Promise<Browser> {
    const home = await mkdtemp(join(tmpdir(), 'entente-browser-'));
    if (ca !== undefined) await believe(home, ca);
    const rules = hosts.map((host) => `MAP ${host} 127.0.0.1`).join(', ');
    const tied = spawnTied('env', [
      // Where it looks for the CAs of its user.
      `HOME=${home}`,
      program() ?? 'chromium',
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--remote-debugging-port=0',
      `--user-data-dir=${join(home, 'profile')}`,
      `--host-resolver-rules=${rules}`,
      'about:blank',
    ]);
    const stop = async () => {
      await tied[Symbol.asyncDispose]();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    };
    try {
      const place = await debuggingPlace(tied.process.stderr);
      const response = await fetch(`http://${place}/json/list`);
      const [target] = (await response.json()) as readonly { readonly webSocketDebuggerUrl: string }[];
      const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
      await new Promise((resolve, reject) => {
        socket.addEventListener('open', resolve);
        socket.addEventListener('error', () => reject(new Error('the browser takes no orders')));
      });
      return new Browser(socket, stop);
    } catch (fault) {
      await stop();
      throw fault;
    }
  }

  /** @param url - asked for in its only tab */
  async goTo(url: string): Promise<OpenedPage> {
    const { errorText } = (await this.#ask('Page.navigate', { url })) as { errorText?: string };
    return { refused: errorText };
  }

  /**
   * Evaluates an expression in the page; a promise is awaited.
   * @param expression - JavaScript
   * @throws Error where it throws
   */
  async evaluate(expression: string): Promise<unknown> {
    const { exceptionDetails, result } = (await this.#ask('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })) as { exceptionDetails?: { text: string }; result: { value?: unknown } };
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${exceptionDetails.text}`);
    return result.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#stop();
  }

  #ask(method: string, params: object): Promise<unknown> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ error, result }) =>
        error === undefined ? resolve(result) : reject(new Error(`${method}: ${error.message}`)),
      );
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Puts a CA where Chromium on Linux looks for those of its user. */
async function believe(home: string, ca: string): Promise<void> {
  const store = join(home, '.pki', 'nssdb');
  const file = join(home, 'ca.crt');
  await mkdir(store, { recursive: true });
  await writeFile(file, ca);
  for (const args of [
    ['-N', '--empty-password'],
    ['-A', '-t', 'C,,', '-n', 'contoso.example', '-i', file],
  ]) {
    const { status, stderr } = spawnSync('certutil', ['-d', `sql:${store}`, ...args]);
    if (status !== 0) throw new Error(`certutil: ${stderr}`);
  }
}

/** Chromium says on standard error where it listens. */
async function debuggingPlace(stderr: NodeJS.ReadableStream | null): Promise<string> {
  if (stderr === null) throw new Error('the browser has no standard error');
  let said = '';
  for await (const line of createInterface({ input: stderr })) {
    const place = /ws:\/\/([^/]+)\//.exec(line)?.[1];
    if (place !== undefined) {
      stderr.resume();
      return place;
    }
    said += `${line}\n`;
  }
  throw new Error(`the browser did not start: ${said}`);
}
