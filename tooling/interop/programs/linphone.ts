import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ForeignProgram } from './foreign-program.ts';
import { answerTo, request } from './sip-trace.ts';
import type { Account, Telephone } from './telephone.ts';

/**
 * linphone-daemon 5.3, which takes commands on its standard input. It listens for UDP and TCP too, so that it could leave TLS if something
 * that we wrote led it there. Resolving is its own, by /etc/resolv.conf.
 *
 * @param account - who it is, and where it registers
 * @returns the telephone, registering
 */
export async function startLinphone(account: Account): Promise<Telephone> {
  const { address, anchorsFile, directory, password, server } = account;
  const [user, domain] = address.split('@');
  // Its data base is made there, but not the folder.
  await mkdir(join(directory, '.local/share/linphone'), { recursive: true });
  const file = join(directory, 'linphonerc');
  const sections: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
    sip: {
      verify_server_certs: 1,
      verify_server_cn: 1,
      root_ca: anchorsFile,
      // A port of the system's choice for each transport; 0 would turn it off.
      sip_port: -1,
      sip_tcp_port: -1,
      sip_tls_port: -1,
      media_encryption: 'srtp',
      media_encryption_mandatory: 1,
      default_proxy: 0,
      use_ipv6: 0,
    },
    misc: { lime_x3dh_enabled: 0 },
    video: { enabled: 0, capture: 0, display: 0 },
    auth_info_0: { username: `${user}`, passwd: password, realm: `${domain}`, domain: `${domain}` },
    proxy_0: {
      reg_proxy: `<sip:${server.host}:${server.port};transport=tls>`,
      reg_route: `<sip:${server.host}:${server.port};transport=tls;lr>`,
      reg_identity: `sip:${address}`,
      reg_expires: 600,
      reg_sendregister: 1,
      publish: 0,
      quality_reporting_enabled: 0,
    },
  };
  const text = Object.entries(sections).map(
    ([name, fields]) =>
      `[${name}]\n${Object.entries(fields)
        .map(([key, value]) => `${key}=${value}\n`)
        .join('')}`,
  );
  await writeFile(file, text.join('\n'), { mode: 0o600 });
  const args = ['--config', file, '--log', '/dev/stderr', '--disable-stats-events'];
  return new Linphone(
    account,
    new ForeignProgram({ program: 'linphone-daemon', args, env: { HOME: directory } }),
  );
}

class Linphone implements Telephone {
  readonly name: string;
  readonly address: string;
  readonly #program: ForeignProgram;
  /** Where the search for the next event begins. */
  #position = 0;
  /** The program's number of the call on hold; such a call is not its current one. */
  #held = '';

  constructor({ address, name }: Account, program: ForeignProgram) {
    this.name = name;
    this.address = address;
    this.#program = program;
  }

  async registered(): Promise<void> {
    await this.#hears(answerTo('REGISTER'));
  }

  async message(to: string, text: string): Promise<void> {
    const sent = this.#program.position;
    this.#command(`message sip:${to} ${text}`);
    await this.#program.hears(answerTo('MESSAGE'), sent);
  }

  async received(text: string): Promise<void> {
    await this.#hears(new RegExp(`^Content: "${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}"`, 'm'));
  }

  async call(to: string): Promise<void> {
    this.#command(`call sip:${to}`);
  }

  async rings(): Promise<void> {
    await this.#state('IncomingReceived');
  }

  async hearsRinging(): Promise<void> {
    await this.#state('OutgoingRinging');
  }

  async answer(): Promise<void> {
    this.#command('answer');
  }

  async isConnected(): Promise<void> {
    const before = this.#position;
    await this.#state('StreamsRunning');
    // The called is in that state once it has answered. Whether the ACK came, only its log says.
    const wasCalled = this.#program.since(before).includes('LinphoneCallIncoming');
    if (wasCalled) await this.#program.hears(request('ACK'), before);
  }

  async hold(): Promise<void> {
    this.#command('call-pause');
    const position = this.#position;
    await this.#state('Paused');
    const said = this.#program.since(position);
    this.#held = /^Event: LinphoneCallPaused\n.*\nId: (\d+)$/m.exec(said)?.[1] ?? '';
  }

  async resume(): Promise<void> {
    this.#command(`call-resume ${this.#held}`);
    await this.#state('StreamsRunning');
  }

  async isHeld(): Promise<void> {
    await this.#state('PausedByRemote');
  }

  async isResumed(): Promise<void> {
    await this.#state('StreamsRunning');
  }

  async hangUp(): Promise<void> {
    const sent = this.#program.position;
    this.#command('terminate');
    await this.#program.hears(answerTo('BYE'), sent);
    await this.isOver();
  }

  async cancel(): Promise<void> {
    const sent = this.#program.position;
    this.#command('terminate');
    await this.#program.hears(answerTo('CANCEL'), sent);
    await this.#program.hears(answerTo('INVITE', '487'), sent);
    await this.isOver();
  }

  async isOver(): Promise<void> {
    await this.#state('Released');
  }

  async reset(): Promise<void> {
    this.#command('terminate');
    this.#position = this.#program.position;
  }

  async says(pattern: RegExp): Promise<string> {
    return (await this.#program.hears(pattern))[0].trim();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#program[Symbol.asyncDispose]();
  }

  async #state(name: string): Promise<void> {
    await this.#hears(new RegExp(`^Event: LinphoneCall${name}\\n.*\\nId: \\d+$`, 'm'));
  }

  async #hears(pattern: RegExp): Promise<void> {
    this.#position = await this.#program.after(pattern, this.#position);
  }

  #command(command: string): void {
    this.#program.write(`${command}\n`);
  }
}
