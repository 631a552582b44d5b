import { mkdir, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { ownAddress } from '../isolation/isolation.ts';
import { filledIn } from './filled-in.ts';
import { ForeignProgram } from './foreign-program.ts';
import { ForeignTelephone } from './foreign-telephone.ts';
import { answerTo, escaped, request } from './sip-trace.ts';
import type { Account, Telephone } from './telephone.ts';

/** What baresip needs besides an account. */
export interface BaresipOptions extends Account {
  /** Free TCP port on which it takes commands and reports events. */
  readonly controlPort: number;
}

/**
 * baresip 1.1 and the commands that it takes on its control port: netstrings with JSON. It listens for UDP too, as it does by default, so that
 * it could leave TLS if something that we wrote led it there. It knows MD5 only, and stops at a challenge for anything else.
 *
 * @param options - account and control port
 * @returns the telephone, registering
 */
export async function startBaresip(options: BaresipOptions): Promise<Telephone> {
  const { address, anchorsFile, contacts, controlPort, directory, password, server } = options;
  const [user] = address.split('@');
  await mkdir(directory, { recursive: true });
  const parameters = [
    `auth_user=${user}`,
    `auth_pass=${password}`,
    `outbound="sip:${server.host}:${server.port};transport=tls"`,
    'regint=600',
    'mediaenc=srtp-mand',
  ];
  const config = await filledIn('baresip.conf', {
    OWN_ADDRESS: ownAddress,
    ANCHORS: anchorsFile,
    CONTROL_PORT: `${controlPort}`,
  });
  await writeFile(join(directory, 'config'), config);
  await writeFile(join(directory, 'accounts'), `<sip:${address};transport=tls>;${parameters.join(';')}\n`, {
    mode: 0o600,
  });
  await writeFile(
    join(directory, 'contacts'),
    contacts.map((contact) => `"${contact}" <sip:${contact}>\n`).join(''),
  );
  return new Baresip(options, new ForeignProgram({ program: 'baresip', args: ['-s', '-f', directory] }));
}

class Baresip extends ForeignTelephone {
  readonly #contacts: readonly string[];
  readonly #controlPort: number;
  #control: Promise<Socket> | undefined;

  constructor(options: BaresipOptions, program: ForeignProgram) {
    super(options, program, {
      rings: event('CALL_INCOMING'),
      hearsRinging: event('CALL_RINGING'),
      isHeld: event('CALL_REMOTE_SDP', /"remoteaudiodir":"recvonly"[^}]*"param":"offer"/),
      isResumed: event('CALL_REMOTE_SDP', /"remoteaudiodir":"sendrecv"[^}]*"param":"offer"/),
      isOver: event('CALL_CLOSED'),
      hangUp: 'hangup',
      hangUpAll: 'hangupall',
    });
    this.#contacts = options.contacts;
    this.#controlPort = options.controlPort;
  }

  override async registered(): Promise<void> {
    await super.registered();
    this.#control ??= this.#listen();
    await this.#control;
  }

  async message(to: string, text: string): Promise<void> {
    await this.#choose(to);
    const sent = this.program.position;
    await this.command('message', text);
    await this.program.hears(answerTo('MESSAGE'), sent);
  }

  received(text: string): Promise<void> {
    return this.hears(new RegExp(escaped(text)));
  }

  call(to: string): Promise<void> {
    return this.command('dial', `sip:${to}`);
  }

  answer(): Promise<void> {
    return this.command('accept');
  }

  isConnected(): Promise<void> {
    return this.hears(event('CALL_ESTABLISHED'));
  }

  hold(): Promise<void> {
    return this.#reinvite('hold');
  }

  resume(): Promise<void> {
    return this.#reinvite('resume');
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    (await this.#control?.catch(() => undefined))?.destroy();
    await super[Symbol.asyncDispose]();
  }

  async #reinvite(command: string): Promise<void> {
    const sent = this.program.position;
    await this.command(command);
    await this.program.hears(request('INVITE'), sent);
    await this.program.hears(answerTo('INVITE'), sent);
  }

  /** It writes to the current contact only: this walks to the first one, and on from there. */
  async #choose(address: string): Promise<void> {
    const steps = ['contact_prev', 'contact_next'].flatMap((step) => this.#contacts.map(() => step));
    for (const step of steps) {
      const sent = this.program.position;
      await this.command(step);
      const [, chosen] = await this.program.hears(/Current contact: \S* <sip:([^>]*)>/, sent);
      if (chosen === address) return;
    }
    throw new Error(`${address} is not among its contacts`);
  }

  protected async command(command: string, parameters = ''): Promise<void> {
    const body = JSON.stringify({ command, params: parameters, token: command });
    (await this.#control)?.write(`${Buffer.byteLength(body)}:${body},`);
  }

  async #listen(): Promise<Socket> {
    const socket = await new Promise<Socket>((resolve, reject) => {
      const opened = connect(this.#controlPort, '127.0.0.1', () => resolve(opened));
      opened.once('error', reject);
    });
    socket.on('error', () => {});
    socket.setEncoding('utf8').on('data', (text: string) => this.program.hear(`\n${text}\n`));
    return socket;
  }
}

function event(type: string, further = /[^}]*/): RegExp {
  return new RegExp(`"event":true,"type":"${type}"[^}]*${further.source}`);
}
