import { cp, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type Guide, runCommands, writeBelow } from './guide.ts';

/** Where the guide publishes the list: port 80, as its address says. */
const listPort = 80;

/** A certificate that openssl has issued, with its key: files in PEM. */
export interface IssuedFiles {
  readonly certificate: string;
  readonly key: string;
}

/**
 * A CA that is openssl and a folder, as the guide makes it; its revocation list is served by HTTP as it is in the folder at the time.
 */
export class OpensslAuthority {
  /** PEM file. */
  readonly root: string;
  readonly #folder: string;
  readonly #place: (text: string) => string;
  readonly #guide: Guide;
  readonly #signal: AbortSignal;
  #issued = 0;

  /**
   * @param guide - has its files and commands
   * @param name - of its folder and its root; the guide's own is `fabrikam`
   * @param signal - ends what runs
   */
  constructor(guide: Guide, name: 'fabrikam' | 'litware', signal: AbortSignal) {
    this.#guide = guide;
    this.#signal = signal;
    this.#folder = join(guide.folder, name);
    this.#place = (text) =>
      text
        .replaceAll(`${guide.folder}/fabrikam`, this.#folder)
        .replaceAll('/CN=Fabrikam Root', `/CN=${name} root`);
    this.root = join(this.#folder, 'root.crt');
  }

  /** Makes the root and the first list. */
  async create(): Promise<void> {
    await this.#configure();
    await this.#run('openssl req -config ca.cnf -x509');
  }

  /**
   * Issues a certificate for a new key.
   * @param names - instead of those of the guide, as `subjectAltName` has them
   */
  async issue(names?: string): Promise<IssuedFiles> {
    await this.#configure(names);
    await this.#run('-keyout tls.key -out tls.csr');
    const files = { certificate: this.#nextFile('crt'), key: this.#nextFile('key') };
    this.#issued += 1;
    await cp(join(this.#folder, 'tls.crt'), files.certificate);
    await cp(join(this.#folder, 'tls.key'), files.key);
    return files;
  }

  /** Revokes the certificate that was issued last, and writes the next list. */
  revokeLast(): Promise<void> {
    return this.#run('openssl ca -config ca.cnf -revoke');
  }

  async #configure(names?: string): Promise<void> {
    const text = this.#guide.file('fabrikam/ca.cnf');
    const changed =
      names === undefined ? text : text.replace(/^subjectAltName = .*$/m, `subjectAltName = ${names}`);
    await writeBelow(this.#folder, 'ca.cnf', changed);
  }

  async #run(part: string): Promise<void> {
    await runCommands(this.#place(this.#guide.commands(part)), this.#signal);
  }

  #nextFile(ending: string): string {
    return join(this.#folder, `${this.#issued}.${ending}`);
  }
}

/**
 * Serves a revocation list as the guide says, at port 80 of this machine.
 *
 * @param file - DER, read at each request
 */
export async function serveList(file: string): Promise<AsyncDisposable> {
  const server = createServer((_request, response) => {
    readFile(file).then(
      (list) => response.writeHead(200, { 'content-type': 'application/pkix-crl' }).end(list),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listPort, '127.0.0.1', resolve);
  });
  return {
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Whether openssl, which knows neither names nor topology nor lists, would believe a certificate: what TLS alone lets pass.
 *
 * @param roots - PEM files that are trusted
 * @returns what openssl said
 * @throws Error where it refuses it
 */
export async function believedByTls(
  certificate: string,
  roots: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const bundle = `cat ${roots.map((root) => `'${root}'`).join(' ')}`;
  const checks = ['sslclient', 'sslserver'].map(
    (purpose) =>
      `openssl verify -purpose ${purpose} -CAfile <(${bundle}) -untrusted '${certificate}' '${certificate}'`,
  );
  const said = await runCommands(checks.join('\n'), signal);
  return `openssl: ${said.trim().split(/\s/).at(-1)}`;
}
