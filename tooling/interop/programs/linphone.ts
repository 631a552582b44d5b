import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ForeignProgram } from './foreign-program.ts';
import { ForeignTelephone } from './foreign-telephone.ts';
import { answerTo, escaped, request } from './sip-trace.ts';
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

class Linphone extends ForeignTelephone {
  /** The program's number of the call on hold; such a call is not its current one. */
  #held = '';

  constructor(account: Account, program: ForeignProgram) {
    super(account, program, {
      rings: state('IncomingReceived'),
      hearsRinging: state('OutgoingRinging'),
      isHeld: state('PausedByRemote'),
      isResumed: state('StreamsRunning'),
      isOver: state('Released'),
      hangUp: 'terminate',
      hangUpAll: 'terminate',
    });
  }

  async message(to: string, text: string): Promise<void> {
    const sent = this.program.position;
    await this.command(`message sip:${to} ${text}`);
    await this.program.hears(answerTo('MESSAGE'), sent);
  }

  received(text: string): Promise<void> {
    return this.hears(new RegExp(`^Content: "${escaped(text)}"`, 'm'));
  }

  call(to: string): Promise<void> {
    return this.command(`call sip:${to}`);
  }

  answer(): Promise<void> {
    return this.command('answer');
  }

  async isConnected(): Promise<void> {
    const before = this.position;
    await this.hears(state('StreamsRunning'));
    // The called is in that state once it has answered. Whether the ACK came, only its log says.
    const wasCalled = this.program.since(before).includes('LinphoneCallIncoming');
    if (wasCalled) await this.program.hears(request('ACK'), before);
  }

  async hold(): Promise<void> {
    await this.command('call-pause');
    const { position } = this;
    await this.hears(state('Paused'));
    const said = this.program.since(position);
    this.#held = /^Event: LinphoneCallPaused\n.*\nId: (\d+)$/m.exec(said)?.[1] ?? '';
  }

  async resume(): Promise<void> {
    await this.command(`call-resume ${this.#held}`);
    await this.isResumed();
  }

  protected async command(command: string): Promise<void> {
    this.program.write(`${command}\n`);
  }
}

function state(name: string): RegExp {
  return new RegExp(`^Event: LinphoneCall${name}\\n.*\\nId: \\d+$`, 'm');
}
