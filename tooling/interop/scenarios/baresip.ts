import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { freePorts, type Network, spawnTied, startNetwork, type TiedProgram } from '@entente/testkit';
import type { InteropScenario, InteropStep } from '../scenario.ts';

const waitMs = 20_000;

/** A running baresip: what it says on its terminal and on its control port (netstrings with JSON), and a way to command it. */
class Baresip {
  readonly #program: TiedProgram;
  readonly #controlPort: number;
  readonly #listeners = new Set<() => void>();
  #control: Socket | undefined;
  #said = '';

  constructor(program: TiedProgram, controlPort: number) {
    this.#program = program;
    this.#controlPort = controlPort;
    for (const stream of [program.process.stdout, program.process.stderr])
      stream?.on('data', (chunk: Buffer) => this.#hear(chunk));
  }

  /** @returns the line in which a text appears */
  hears(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        clearTimeout(timer);
        this.#listeners.delete(look);
        then();
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`it never said "${text}"; it said: ${this.#said.slice(-600)}`))),
        waitMs,
      );
      const look = () => {
        const at = this.#said.indexOf(text);
        if (at === -1) return;
        const line = this.#said.slice(this.#said.lastIndexOf('\n', at) + 1).split('\n')[0] ?? '';
        settle(() => resolve(line.trim()));
      };
      this.#listeners.add(look);
      look();
    });
  }

  /** Listens to the control port, on which it tells of messages. */
  async listen(): Promise<void> {
    this.#control = await new Promise<Socket>((resolve, reject) => {
      const opened = connect(this.#controlPort, '127.0.0.1', () => resolve(opened));
      opened.once('error', reject);
    });
    this.#control.on('error', () => {});
    this.#control.on('data', (chunk: Buffer) => this.#hear(chunk));
  }

  /** Gives a command. */
  command(command: string, parameters = ''): void {
    const body = JSON.stringify({ command, params: parameters, token: command });
    this.#control?.write(`${Buffer.byteLength(body)}:${body},`);
  }

  async stop(): Promise<void> {
    this.#control?.destroy();
    await this.#program[Symbol.asyncDispose]();
  }

  #hear(chunk: Buffer): void {
    this.#said += `${chunk.toString('utf8')}\n`;
    for (const listener of [...this.#listeners]) listener();
  }
}

interface BaresipHome {
  readonly directory: string;
  readonly user: string;
  readonly password: string;
  readonly domain: string;
  readonly port: number;
  readonly anchorsFile: string;
  readonly dnsPort: number;
  readonly controlPort: number;
}

async function startBaresip(home: BaresipHome): Promise<Baresip> {
  const { anchorsFile, controlPort, directory, dnsPort, domain, password, port, user } = home;
  await mkdir(directory, { recursive: true });
  const modules = '/usr/lib/baresip/modules';
  const config = [
    'poll_method epoll',
    'sip_listen 127.0.0.1:0',
    `sip_cafile ${anchorsFile}`,
    'sip_verify_server yes',
    `dns_server 127.0.0.1:${dnsPort}`,
    `module_path ${modules}`,
    'module g711.so',
    'module_tmp account.so',
    'module_app menu.so',
    'module_app contact.so',
    'module_app ctrl_tcp.so',
    `ctrl_tcp_listen 127.0.0.1:${controlPort}`,
    '',
  ];
  const account = `<sip:${user}@${domain};transport=tls>;auth_user=${user};auth_pass=${password};outbound="sip:${domain}:${port};transport=tls";regint=600\n`;
  await writeFile(join(directory, 'config'), config.join('\n'));
  await writeFile(join(directory, 'accounts'), account, { mode: 0o600 });
  await writeFile(join(directory, 'contacts'), `"alice" <sip:alice@${domain}>\n`);
  return new Baresip(spawnTied('baresip', ['-f', directory]), controlPort);
}

/** baresip knows MD5 only and stops at a challenge for anything else: the user it plays has an MD5 verifier alone. */
export const scenario: InteropScenario = {
  name: 'baresip',
  async run({ log, signal }) {
    const steps: InteropStep[] = [];
    const step = async (name: string, run: () => Promise<string>): Promise<boolean> => {
      try {
        steps.push({ name, ok: true, detail: await run() });
      } catch (error) {
        steps.push({ name, ok: false, detail: (error as Error).message });
      }
      const last = steps.at(-1) as InteropStep;
      log(`${last.ok ? '✓' : '✗'} ${last.name}: ${last.detail}`);
      return last.ok;
    };
    const installed = await step('baresip is installed', async () => {
      const { error } = spawnSync('baresip', ['-h']);
      if (error !== undefined) throw new Error('apt-get install -y --no-install-recommends baresip-core');
      return 'found';
    });
    if (!installed) return steps;

    await using network = await startNetwork({ clients: ['alice'], onStep: log });
    const dave = network.organisation.users.find(({ md5 }) => md5);
    const home = network.organisation.frontEnds.find(({ fqdn }) => fqdn === dave?.home);
    if (dave === undefined || home === undefined) throw new Error('the test network has no user with MD5');
    const common = {
      user: dave.address.split('@')[0] as string,
      password: dave.password,
      domain: network.organisation.domain,
      anchorsFile: network.anchorsFile,
      dnsPort: network.dns.port,
    };
    const [firstControl = 0, secondControl = 0] = await freePorts(2);
    const phone = await startBaresip({
      ...common,
      directory: join(network.directory, 'baresip'),
      port: home.port,
      controlPort: firstControl,
    });
    signal.addEventListener('abort', () => void phone.stop(), { once: true });
    try {
      await step('registers over TLS, verifying our CA', () => phone.hears('200 OK'));
      await step('receives a MESSAGE from a demo client', async () => {
        await phone.listen();
        const outcome = await network.user('alice').message(`sip:${dave.address}`, 'hello baresip');
        if (outcome.status !== 200) throw new Error(`answered ${outcome.status}`);
        return phone.hears('hello baresip');
      });
      await step('sends a MESSAGE to a demo client', async () => {
        // It writes to the current contact; alice is the only one.
        phone.command('contact_next');
        phone.command('message', 'hello from baresip');
        const record = await network.user('alice').received('hello from baresip');
        return `${record.from}: ${record.text}`;
      });
    } finally {
      await phone.stop();
    }
    await step('refuses, by its own check, a server whose name is wrong', () =>
      refusesWrongName(network, {
        ...common,
        directory: join(network.directory, 'baresip-2'),
        controlPort: secondControl,
      }),
    );
    return steps;
  },
};

/** An impostor with a valid certificate of the same CA for another name; nothing of SIP may reach it. */
async function refusesWrongName(network: Network, home: Omit<BaresipHome, 'port'>): Promise<string> {
  const certificate = await network.insider.issue({
    dnsNames: [`rogue.${network.organisation.domain}`],
    crlUrl: network.crlUrl,
  });
  let received = 0;
  const impostor = tls.createServer({ cert: certificate.chainPem, key: certificate.keyPem }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      received += bytes.length;
    });
  });
  await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve));
  const phone = await startBaresip({ ...home, port: (impostor.address() as AddressInfo).port });
  try {
    const line = await phone.hears('hostname mismatch');
    if (received > 0) throw new Error(`it sent ${received} bytes all the same`);
    return line;
  } finally {
    await phone.stop();
    impostor.close();
  }
}
