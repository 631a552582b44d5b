import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filledIn } from './filled-in.ts';
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
  // It takes a port of the system's choice (-1) for each transport; 0 would turn that off.
  const settings = await filledIn('linphonerc', {
    ANCHORS: anchorsFile,
    USER: `${user}`,
    DOMAIN: `${domain}`,
    PASSWORD: password,
    SERVER: `${server.host}:${server.port}`,
  });
  await writeFile(file, settings, { mode: 0o600 });
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
