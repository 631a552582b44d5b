import { randomBytes } from 'node:crypto';
import tls from 'node:tls';
import {
  createRequest,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  StreamFramer,
} from '@entente/sip';

/** What a user of a Kamailio sends, with whatever From. */
export interface TextToSend {
  /** Default MESSAGE. */
  readonly method?: 'MESSAGE' | 'INVITE' | 'OPTIONS';
  /** Address of record, e.g. `grace@fabrikam.example`. */
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** Where the Kamailio listens for its users, and by which name. */
  readonly server: { readonly name: string; readonly port: number };
  /** The certificate that the user presents, with its key, PEM; default none. */
  readonly identity?: { readonly chainPem: string; readonly keyPem: string };
  /** The roots that the user trusts, PEM. */
  readonly roots: string;
}

/** A text that is on its way. */
export interface SentText extends AsyncDisposable {
  /** The final response; never, where none comes. */
  readonly answer: Promise<SipResponse>;
}

/**
 * Sends a text to a Kamailio, over a connection of its own.
 *
 * @throws what the connection fails of
 */
export async function sendText({
  from,
  identity,
  method = 'MESSAGE',
  roots,
  server,
  text,
  to,
}: TextToSend): Promise<SentText> {
  const token = randomBytes(8).toString('hex');
  const request: SipRequest = createRequest({
    method,
    uri: `sip:${to}`,
    from: `<sip:${from}>;tag=${token}`,
    to: `<sip:${to}>`,
    callId: token,
    cseq: 1,
    via: `SIP/2.0/TLS client.invalid;branch=z9hG4bK${token}`,
    ...(method === 'INVITE' ? { contact: `<sip:${token}@client.invalid;transport=tls>` } : {}),
    contentType: 'text/plain',
    body: text,
  });
  const own = identity && { cert: identity.chainPem, key: identity.keyPem };
  const { name: servername, port } = server;
  const socket = tls.connect({ host: '127.0.0.1', port, servername, ca: roots, ...own });
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve).once('error', reject);
  });
  socket.on('error', () => {});
  const framer = new StreamFramer();
  const answer = new Promise<SipResponse>((resolve) => {
    const message = (received: SipMessage): void => {
      if (received.kind === 'response' && received.status >= 200) resolve(received);
    };
    socket.on('data', (bytes: Buffer) => framer.push(bytes, { message, error: () => {} }));
  });
  socket.write(request.wire, 'latin1');
  return {
    answer,
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}
