import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePorts, type TestCertificate } from '@entente/testkit';
import { spawnTied } from '@entente/testkit/repository';
import { buildTopology, type Topology } from '@entente/topology';
import { type ProxyProgram, proxyConfiguration, proxyPlan } from '@entente/topology-planning';
import { outsideName, type WebNetwork } from './web-network.ts';

/** What a real reverse proxy stands on. */
interface RealProxyOptions {
  readonly program: ProxyProgram;
  readonly topology: Topology;
  /** Where it takes users, on loopback. */
  readonly port: number;
  /** PEM of what it believes about the inside. */
  readonly ca: string;
  /** PEM of revocation lists. */
  readonly crl?: string;
  /** Shown to web services. */
  readonly inside: TestCertificate;
  /** Shown to users. */
  readonly outside: TestCertificate;
}

/**
 * Why a test with a program cannot run here.
 * @param program - its name
 */
export function missingProgram(program: string): string | undefined {
  return spawnSync(program, ['-v']).error === undefined ? undefined : `${program} is not installed`;
}

/** A reverse proxy that takes users. */
export interface RealProxy extends AsyncDisposable {
  /** Where it takes them, on loopback. */
  readonly port: number;
}

/**
 * Starts a real nginx or HAProxy with the configuration that `entente topology proxy` writes.
 * @param program - which one
 * @param network - before whose web services
 * @param more - what differs from what belongs there
 */
export async function startRealProxy(
  program: ProxyProgram,
  network: WebNetwork,
  more: Partial<RealProxyOptions> = {},
): Promise<RealProxy> {
  const [port = 0] = await freePorts(1);
  const options = {
    program,
    port,
    topology: network.topology,
    ca: network.root.certificatePem,
    inside: await network.certificateOf('rp1.contoso.example'),
    outside: await network.root.issue({ dnsNames: [outsideName] }),
    ...more,
  };
  const { ca, crl, inside, outside } = options;
  const directory = await mkdtemp(join(tmpdir(), 'entente-proxy-'));
  const files: Readonly<Record<string, string>> = {
    'ca.crt': ca,
    'tls.crt': inside.chainPem,
    'tls.key': inside.keyPem,
    'tls.pem': inside.chainPem + inside.keyPem,
    'external.crt': outside.chainPem,
    'external.key': outside.keyPem,
    'external.pem': outside.chainPem + outside.keyPem,
    ...(crl === undefined ? {} : { 'ca.crl': crl }),
    'proxy.conf': configurationFor(options, directory),
    // What a distribution writes around a file of conf.d.
    'nginx.conf': [
      'daemon off;',
      'master_process off;',
      `pid ${directory}/nginx.pid;`,
      `error_log ${directory}/error.log notice;`,
      'events { }',
      'http {',
      '  access_log off;',
      ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `  ${name}_temp_path ${directory}/${name};`,
      ),
      `  include ${directory}/proxy.conf;`,
      '}',
    ].join('\n'),
  };
  await mkdir(directory, { recursive: true });
  for (const [name, text] of Object.entries(files))
    await writeFile(join(directory, name), text, { mode: 0o600 });
  const args =
    program === 'nginx'
      ? ['-e', join(directory, 'error.log'), '-p', directory, '-c', join(directory, 'nginx.conf')]
      : ['-f', join(directory, 'proxy.conf')];
  const tied = spawnTied(program, args);
  const output: string[] = [];
  for (const stream of [tied.process.stdout, tied.process.stderr])
    stream?.on('data', (part: Buffer) => output.push(part.toString('utf8')));
  const stop = async () => {
    await tied[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  };
  if (!(await listens(port, () => tied.process.exitCode === null))) {
    await stop();
    throw new Error(`${program} does not listen: ${output.join('')}`);
  }
  return { port, [Symbol.asyncDispose]: stop };
}

function configurationFor({ crl, port, program, topology }: RealProxyOptions, directory: string): string {
  const { document } = topology;
  const servers = document.servers.map((server) =>
    server.role === 'reverse-proxy'
      ? {
          ...server,
          interfaces: { external: { fqdn: outsideName, address: '127.0.0.1', ports: { web: port } } },
        }
      : server,
  );
  const planned = proxyPlan(buildTopology({ ...document, servers }));
  if (!planned.ok) throw new Error(planned.sentence);
  const files = { directory, hasRevocationLists: crl !== undefined };
  return proxyConfiguration(planned.plan, program, files) ?? '';
}

/** Asks until somebody listens, as long as the program runs. */
async function listens(port: number, isRunning: () => boolean): Promise<boolean> {
  while (isRunning()) {
    const answered = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (answered) return true;
    await setTimeout(50);
  }
  return false;
}
