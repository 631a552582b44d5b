import type { Socket } from 'node:net';
import { OperatorFault } from '@entente/host';

/** Protocols in which TLS begins after a few words in the clear. */
export const startTlsProtocols = ['smtp', 'postgres', 'ldap'] as const;

/** One of them. */
export type StartTlsProtocol = (typeof startTlsProtocols)[number];

/** What a server may say before TLS begins; more is none of these protocols. */
const maxBytes = 8_192;

/**
 * Asks a server to begin TLS on a connection.
 * @param socket - connected, from which nothing was read; nothing is left unread in it afterwards
 * @param protocol - that the server speaks
 * @param place - host and port, for the fault
 * @throws OperatorFault `ENTENTE_STARTTLS_REFUSED` where the server does not begin, or has sent more than its answer: it could be taken for
 * what came over TLS
 * @see RFC 3207 §4, RFC 4511 §4.14, PostgreSQL: SSLRequest in "Message Formats"
 */
export async function startTls(socket: Socket, protocol: StartTlsProtocol, place: string): Promise<void> {
  const talk = new ClearTalk(socket, protocol, place);
  try {
    await begin[protocol](talk);
    talk.end();
  } finally {
    talk[Symbol.dispose]();
  }
}

const begin: Readonly<Record<StartTlsProtocol, (talk: ClearTalk) => Promise<void>>> = {
  async smtp(talk) {
    await reply(talk, '220');
    talk.say(Buffer.from('EHLO [127.0.0.1]\r\n'));
    const offered = await reply(talk, '250');
    if (!/^250[- ]STARTTLS\r?$/im.test(offered)) throw talk.refused('an answer to EHLO without STARTTLS');
    talk.say(Buffer.from('STARTTLS\r\n'));
    await reply(talk, '220');
  },
  async postgres(talk) {
    talk.say(Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]));
    const answer = (await talk.hear((heard) => (heard.length >= 1 ? 1 : undefined))).toString('latin1');
    if (answer !== 'S') throw talk.refused(answer === 'N' ? 'that TLS is off (N)' : shown(answer));
  },
  async ldap(talk) {
    const oid = Buffer.from('1.3.6.1.4.1.1466.20037');
    const request = Buffer.concat([Buffer.from([0x77, oid.length + 2, 0x80, oid.length]), oid]);
    talk.say(Buffer.concat([Buffer.from([0x30, request.length + 3, 0x02, 0x01, 0x01]), request]));
    const answer = await talk.hear(wholeElement);
    const result = extendedResult(answer);
    if (result !== 0)
      throw talk.refused(result === undefined ? 'no answer of LDAP' : `the result ${result} for StartTLS`);
  },
};

/** An answer of SMTP, of one line or several (RFC 5321 §4.2.1). */
async function reply(talk: ClearTalk, code: string): Promise<string> {
  const bytes = await talk.hear((heard) => {
    const last = /(?:^|\n)\d{3}(?: [^\n]*)?\r?\n/.exec(heard.toString('latin1'));
    return last === null ? undefined : last.index + last[0].length;
  });
  const text = bytes.toString('latin1');
  if (!text.startsWith(code)) throw talk.refused(shown(text));
  return text;
}

/** The length of a BER element with its head, once that is known and there. */
function wholeElement(heard: Buffer): number | undefined {
  const { end } = element(heard);
  return end === undefined || heard.length < end ? undefined : end;
}

/** Where the content of a BER element begins and ends; lengths may have a long form. */
function element(bytes: Buffer): { readonly start: number; readonly end: number | undefined } {
  const first = bytes[1] ?? 0x80;
  const more = first < 0x80 ? 0 : first - 0x80;
  const start = 2 + more;
  if (first === 0x80 || more > 4 || bytes.length < start) return { start, end: undefined };
  return { start, end: start + (more === 0 ? first : bytes.readUIntBE(2, more)) };
}

/** The resultCode of an ExtendedResponse, in an LDAPMessage. */
function extendedResult(message: Buffer): number | undefined {
  const id = message.subarray(element(message).start);
  const response = id.subarray(element(id).end ?? id.length);
  const result = response.subarray(element(response).start);
  return response[0] === 0x78 && result[0] === 0x0a && result[1] === 1 ? result[2] : undefined;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}

/** Words in the clear, before TLS. */
class ClearTalk implements Disposable {
  readonly #socket: Socket;
  readonly #protocol: string;
  readonly #place: string;
  #heard: Buffer = Buffer.alloc(0);
  #wake: () => void = () => {};
  #over: Error | undefined;

  constructor(socket: Socket, protocol: string, place: string) {
    this.#socket = socket;
    this.#protocol = protocol;
    this.#place = place;
    socket.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError);
  }

  say(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /**
   * What the server says next.
   * @param lengthOf - its length, once it is whole
   */
  async hear(lengthOf: (heard: Buffer) => number | undefined): Promise<Buffer> {
    for (;;) {
      const length = lengthOf(this.#heard);
      if (length !== undefined) {
        const said = this.#heard.subarray(0, length);
        this.#heard = this.#heard.subarray(length);
        return said;
      }
      if (this.#over !== undefined) throw this.#over;
      if (this.#heard.length > maxBytes) throw this.refused(`more than ${maxBytes} bytes`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** TLS begins with the next byte. */
  end(): void {
    if (this.#heard.length > 0) throw this.refused('further bytes in the clear after its answer');
  }

  refused(found: string): OperatorFault {
    return new OperatorFault('ENTENTE_STARTTLS_REFUSED', {
      sentence: `expected a server that begins TLS after STARTTLS (${this.#protocol}), found ${found}`,
      place: this.#place,
      remedy:
        'turn STARTTLS on at the server; where TLS begins with the first byte of its port, leave out --starttls',
    });
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#heard = Buffer.concat([this.#heard, chunk]);
    this.#wake();
  };
  readonly #onEnd = (): void => this.#onError(this.refused('the end of the connection'));
  readonly #onError = (error: Error): void => {
    this.#over ??= error;
    this.#wake();
  };

  [Symbol.dispose](): void {
    this.#socket.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError).pause();
  }
}
