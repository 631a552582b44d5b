import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnTied } from '@entente/testkit/repository';
import type { ConnectionRefusal } from '@entente/tls';
import type { Reason } from '@entente/trust';
import { encodePem } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cases, good } from './handshakes/cases.ts';
import { issue, pemOf } from './handshakes/issue.ts';
import { judgingServer, type Meeting, outcomeOf, type Version, verdictOf } from './handshakes/meet.ts';

/** Peers that are not Node: the command lines of OpenSSL. */
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-openssl-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

const flags = { 'TLSv1.2': '-tls1_2', 'TLSv1.3': '-tls1_3' } as const;
const versions = Object.keys(flags) as Version[];

let files = 0;
async function file(text: string): Promise<string> {
  const path = join(directory, `${++files}.pem`);
  await writeFile(path, text);
  return path;
}

/** Options that make openssl present a chain. */
async function presented(chain: Meeting['chain']): Promise<readonly string[]> {
  if (chain === 'none') return [];
  const [leaf, ...above] = chain;
  const own = pemOf([leaf!]);
  const rest = await file(above.map(({ der }) => encodePem('CERTIFICATE', der)).join(''));
  return ['-cert', await file(own.cert), '-key', await file(own.key), '-cert_chain', rest];
}

/** What `openssl s_client` prints until the connection ends, and with it the program. */
async function opensslClient(port: number, args: readonly string[]): Promise<string> {
  const all = ['s_client', '-connect', `127.0.0.1:${port}`, '-quiet', ...args];
  return new Promise((resolve) => {
    execFile('openssl', all, (_, stdout) => resolve(stdout)).stdin?.end();
  });
}

/** A server of openssl for one connection. */
async function opensslServer(args: readonly string[]) {
  const program = spawnTied('openssl', [
    's_server',
    '-accept',
    '127.0.0.1:0',
    '-naccept',
    '1',
    '-rev',
    ...args,
  ]);
  const port = await new Promise<number>((resolve, reject) => {
    let printed = '';
    program.process.stdout?.on('data', (chunk) => {
      printed += chunk;
      const accepts = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(printed);
      if (accepts !== null) resolve(Number(accepts[1]));
    });
    program.process.once('close', () => reject(new Error(`openssl s_server ended: ${printed}`)));
  });
  return { port, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

const rows = (reasons: readonly Reason[]) =>
  reasons.flatMap((reason) => versions.map((version) => ({ reason, version })));

describe('openssl s_client', () => {
  it.each(versions)('is admitted with a good certificate (%s)', async (version) => {
    const refusals: ConnectionRefusal[] = [];
    await using server = await judgingServer(good, refusals);
    const printed = await opensslClient(server.port, [flags[version], ...(await presented(good.chain))]);
    expect(verdictOf(printed, refusals)).toBe('admitted');
  });

  it.each(
    rows([
      'no-certificate',
      'unknown-issuer',
      'signature-invalid',
      'certificate-expired',
      'extended-key-usage-missing',
      'revoked',
      'not-in-topology',
    ]),
  )('is refused with $reason ($version)', async ({ reason, version }) => {
    const refusals: ConnectionRefusal[] = [];
    const meeting = cases[reason].server as Meeting;
    await using server = await judgingServer(meeting, refusals);
    const printed = await opensslClient(server.port, [flags[version], ...(await presented(meeting.chain))]);
    expect(verdictOf(printed, refusals)).toBe(reason);
  });

  it.each(versions)(
    'that refuses our server by an alert is reported as peer-refused (%s)',
    async (version) => {
      const refusals: ConnectionRefusal[] = [];
      await using server = await judgingServer(good, refusals);
      const other = issue('Other Root', undefined, { ca: {} });
      const anchors = await file(encodePem('CERTIFICATE', other.der));
      await opensslClient(server.port, [flags[version], '-CAfile', anchors, '-verify_return_error']);
      expect(refusals).toMatchObject([{ when: 'peer', rejection: { reason: 'peer-refused' } }]);
    },
  );
});

describe('openssl s_server', () => {
  it.each(versions)('is admitted with a good certificate (%s)', async (version) => {
    await using server = await opensslServer([flags[version], ...(await presented(good.chain))]);
    expect(await outcomeOf(good, server.port, 'olleh\n')).toBe('hello\n');
  });

  it.each(rows(['unknown-issuer', 'certificate-expired', 'name-mismatch']))(
    'is refused with $reason ($version)',
    async ({ reason, version }) => {
      const meeting = cases[reason].client as Meeting;
      await using server = await opensslServer([flags[version], ...(await presented(meeting.chain))]);
      expect(await outcomeOf(meeting, server.port)).toBe(reason);
    },
  );
});
