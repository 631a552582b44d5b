import { execFile } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate with its key, as files of PEM. */
export interface OpensslCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate says. */
export interface OpensslParts {
  readonly subject?: string;
  /** As in a configuration of openssl. */
  readonly extensions?: readonly string[];
  readonly key?: 'p256' | 'rsa1024' | 'rsa2048';
  readonly digest?: 'sha1' | 'sha256';
  /** Days from now: when it begins, and when it ends. */
  readonly days?: readonly [from: number, until: number];
}

/** Extensions of a CA, and of a server by its names. */
export const authority = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];
export const named = (names: string): readonly string[] => [
  'basicConstraints=critical,CA:FALSE',
  'keyUsage=critical,digitalSignature',
  'extendedKeyUsage=serverAuth',
  `subjectAltName=${names}`,
];

const keys = {
  p256: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  rsa1024: ['-newkey', 'rsa:1024'],
  rsa2048: ['-newkey', 'rsa:2048'],
};

/** Certificates and revocation lists made by the command line of OpenSSL, in a directory of their own. */
export class OpensslAuthority {
  readonly #directory: string;
  #files = 0;

  /** @param directory - empty */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Issues a certificate.
   * @param issuer - undefined: signed with its own key
   * @param parts - what differs from a good one
   */
  async issue(
    issuer: OpensslCertificate | undefined,
    { days = [-1, 30], digest = 'sha256', extensions = [], key = 'p256', subject = 'a server' }: OpensslParts,
  ): Promise<OpensslCertificate> {
    const [certificate, keyFile] = [this.#file('crt'), this.#file('key')];
    const config = this.#file('cnf');
    await writeFile(config, '[req]\ndistinguished_name=name\n[name]\n');
    const [from, until] = days.map(asTime) as [string, string];
    await run('openssl', [
      ...['req', '-x509', '-config', config, '-nodes', '-out', certificate, '-keyout', keyFile],
      ...['-subj', `/CN=${subject}`, '-not_before', from, '-not_after', until, `-${digest}`],
      ...keys[key],
      ...(issuer === undefined ? [] : ['-CA', issuer.certificate, '-CAkey', issuer.key]),
      ...extensions.flatMap((extension) => ['-addext', extension]),
    ]);
    return { certificate, key: keyFile };
  }

  /**
   * Signs a revocation list.
   * @param issuer - a CA
   * @param revoked - certificates of it
   * @param days - from now: when it was signed, and when the next one is due
   */
  async list(
    issuer: OpensslCertificate,
    revoked: readonly OpensslCertificate[] = [],
    [from, until]: readonly [from: number, until: number] = [-1, 7],
  ): Promise<string> {
    const [config, index, number, list] = ['cnf', 'txt', 'number', 'crl'].map((end) => this.#file(end)) as [
      string,
      string,
      string,
      string,
    ];
    await writeFile(index, '');
    await writeFile(number, '1000\n');
    await writeFile(
      config,
      `[ca]\ndefault_ca=one\n[one]\ndatabase=${index}\ncrlnumber=${number}\ndefault_md=sha256\ncrl_extensions=more\n[more]\nauthorityKeyIdentifier=keyid\n`,
    );
    for (const { certificate } of revoked) {
      const { stdout } = await run('openssl', ['x509', '-in', certificate, '-noout', '-serial']);
      const serial = stdout.trim().replace('serial=', '');
      await appendFile(
        index,
        `R\t${asTime(30).slice(2)}\t${asTime(-1).slice(2)}\t${serial}\tunknown\t/CN=revoked\n`,
      );
    }
    await run('openssl', [
      ...['ca', '-config', config, '-gencrl', '-cert', issuer.certificate, '-keyfile', issuer.key],
      ...['-crl_lastupdate', asTime(from), '-crl_nextupdate', asTime(until), '-out', list],
    ]);
    return list;
  }

  /**
   * Puts lists into one file.
   * @param to - the file that gets more
   * @param from - the file that stays
   */
  async append(to: string, from: string): Promise<void> {
    await appendFile(to, await readFile(from, 'utf8'));
  }

  #file(end: string): string {
    return join(this.#directory, `${++this.#files}.${end}`);
  }
}

/** GeneralizedTime, so many days from now. */
function asTime(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
}
