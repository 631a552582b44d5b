import { checkMessage, edit, parseMessage, SipSyntaxError } from '@entente/sip';
import type { FuzzTarget } from '../target.ts';
import { rewrite } from './sip/rewrite.ts';
import { seedMessages } from './sip/seeds.ts';

/**
 * One message as it comes in a datagram. What was accepted must give its own bytes back, survive an edit, and, once every
 * check has passed, let every typed getter be read.
 */
export const target: FuzzTarget = {
  name: 'sip-message',
  seeds: () => seedMessages().map((text) => Buffer.from(text, 'latin1')),
  run(input) {
    read(input);
    read(rewrite(input));
  },
};

function read(bytes: Uint8Array): void {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) {
    const { response } = parsed.error;
    if (response !== undefined) expectReadable(response.toBytes(), 'the response of a refusal');
    return;
  }
  const { message } = parsed;
  const own = Buffer.from(message.toBytes());
  if (!own.equals(Buffer.from(bytes).subarray(0, own.length))) throw new Error('a message lost bytes');
  const edited = edit(message)
    .set('Max-Forwards', 7)
    .prepend('Via', 'SIP/2.0/TLS fuzz.contoso.example')
    .toMessage();
  if (edited.topVia.host !== 'fuzz.contoso.example') throw new Error('an edit is not in the edited message');
  if (edited.wire.length - edited.head.bodyStart !== message.bodyLength)
    throw new Error('an edit changed the body');
  const problem = checkMessage(message);
  try {
    void [message.vias, message.contacts, message.routes, message.recordRoutes, message.expires];
    void [message.requires, message.proxyRequires, message.supported, message.allow, [...message.headers()]];
    for (const address of [message.from, message.to, ...message.contacts, ...message.routes])
      void address.uri;
  } catch (error) {
    if (!(error instanceof SipSyntaxError) || problem === undefined) throw error;
  }
}

/** A response made of hostile parts may be refused by its receiver, but it must be one message with the parts we set. */
function expectReadable(bytes: Uint8Array, what: string): void {
  const parsed = parseMessage(bytes);
  if (parsed.ok && (parsed.message.kind !== 'response' || parsed.message.bodyLength !== 0)) {
    throw new Error(`${what} is something else`);
  }
}
