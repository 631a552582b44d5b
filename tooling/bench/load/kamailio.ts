import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts, type TestAuthority } from '@entente/testkit';
import { ForeignProgram } from '../../interop/programs/foreign-program.ts';
import { cores, pinTo } from '../process/pinned.ts';
import { temporaryFolder } from '../suite.ts';
import type { LoadTls } from './order.ts';

/** Kamailio, running on the core of servers. */
export interface Kamailio extends AsyncDisposable {
  /** Of the process whose children do the work. */
  readonly pid: number;
  /** Where callers and called connect. */
  readonly side: LoadTls;
}

/** How a Kamailio is set up. */
export interface KamailioOptions {
  /** Domain whose users it registers. */
  readonly domain: string;
  /** Processes that read from connections, and do all the work. */
  readonly children: number;
  /** Password of every user, where requests are challenged (digest, SHA-256); without one nobody is. */
  readonly password?: string;
}

const servername = 'kamailio.contoso.example';
/** Megabytes that its processes share, and those of each. */
const memory = ['-m', '8000', '-M', '32'];
const configFile = fileURLToPath(new URL('./kamailio.cfg', import.meta.url));

/** Whether Kamailio can be started here. */
export function hasKamailio(): boolean {
  return spawnSync('kamailio', ['-v']).status === 0;
}

/**
 * Starts Kamailio as a registrar and proxy of one domain over TLS.
 * @param authority - issues its certificate
 * @param options - domain, how many processes, whether requests are challenged
 */
export async function startKamailio(authority: TestAuthority, options: KamailioOptions): Promise<Kamailio> {
  const { children, domain, password } = options;
  const folder = await temporaryFolder('kamailio');
  const own = await authority.issue({ dnsNames: [servername] });
  const [port = 0] = await freePorts(1);
  const certificate = join(folder.path, 'tls.crt');
  const key = join(folder.path, 'tls.key');
  await writeFile(certificate, own.chainPem);
  await writeFile(key, own.keyPem, { mode: 0o600 });
  const defined = [
    `LISTEN=tls:127.0.0.1:${port}`,
    `CHILDREN=${children}`,
    `DOMAIN="${domain}"`,
    `CERTIFICATE="${certificate}"`,
    `KEY="${key}"`,
    ...(password === undefined ? [] : [`PASSWORD="${password}"`]),
  ].flatMap((one) => ['-A', one]);
  const [program, ...args] = [
    ...pinTo(cores.server),
    ...['kamailio', '-DD', '-E', ...memory, ...defined, '-f', configFile],
    ...['-Y', folder.path, '-P', join(folder.path, 'pid')],
  ] as [string, ...string[]];
  const running = new ForeignProgram({ program, args });
  const end = async () => {
    await running[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  };
  try {
    await running.hears(/bench: listening/);
  } catch (fault) {
    await end();
    throw fault;
  }
  const side: LoadTls = { host: '127.0.0.1', port, servername, anchorPem: authority.certificatePem };
  return { pid: running.pid, side, [Symbol.asyncDispose]: end };
}
