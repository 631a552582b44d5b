import {
  answerSessionTimer,
  createResponse,
  Dialog,
  decideRefer,
  decideReplaces,
  decideSubscribe,
  dialogIdOfRequest,
  dialogIdOfResponse,
  dialogOfRequest,
  dialogOfResponse,
  inspectRequest,
  parseAuthorization,
  parseChallenge,
  parseMessage,
  provisionalReliability,
  proxySessionRequest,
  proxySessionResponse,
  ReliableProvisionals,
  ReliableResponses,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  Subscriber,
  selectChallenges,
  sessionTimerOfResponse,
} from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { request, respond } from './fixtures.ts';

// A message that `parseMessage` let through at its usual depth may still hold junk in any field it did not look at. What
// decides about received messages must answer that with a value.

const fields = [
  'Contact',
  'Record-Route',
  'Route',
  'Require',
  'Proxy-Require',
  'Supported',
  'Allow',
  'Expires',
  'Event',
  'Subscription-State',
  'Session-Expires',
  'Min-SE',
  'RSeq',
  'RAck',
  'Replaces',
  'Refer-To',
  'Accept',
  'Content-Type',
  'Content-Disposition',
  'Content-Encoding',
  'Authorization',
  'WWW-Authenticate',
];
const junk = [
  '',
  ',',
  ';',
  '"',
  '<',
  'a b',
  '<sip:',
  '*',
  '4294967296',
  '-1',
  'x;x;x',
  '\xff',
  '1 2 3',
  'sip:a@b?c',
  '<sip:a%ff@b:0>',
];
const none = { startTimer: () => {}, stopTimer: () => {} };
const invite = request('INVITE', { cseq: 10 });

const capabilities = (role: 'endpoint' | 'proxy') => ({
  role,
  methods: ['INVITE', 'SUBSCRIBE', 'NOTIFY', 'REFER', 'PRACK'],
  extensions: [],
  schemes: ['sip'],
  contentTypes: ['application/sdp'],
});

const dialog = () => {
  const made = dialogOfRequest(invite, { status: 200, localTag: 'b1' }, true);
  if (!made.ok) throw new Error(made.message);
  return made.dialog;
};

function received<M extends SipMessage>(message: M, name: string, value: string): M {
  const wire = message.toString().replace('\r\n\r\n', `\r\n${name}: ${value}\r\n\r\n`);
  const parsed = parseMessage(Buffer.from(wire, 'latin1'));
  // Where the field is one that the parser itself checks, the message has no junk to show.
  return parsed.ok ? (parsed.message as M) : message;
}

const onRequest: Readonly<Record<string, (message: SipRequest) => unknown>> = {
  'inspectRequest of an endpoint': (message) => inspectRequest(message, capabilities('endpoint')),
  'inspectRequest of a proxy': (message) => inspectRequest(message, capabilities('proxy')),
  decideSubscribe: (message) =>
    decideSubscribe(message, {
      events: ['x'],
      defaultExpiresSec: 600,
      minExpiresSec: 60,
      maxExpiresSec: 3_600,
    }),
  decideRefer,
  decideReplaces: (message) => decideReplaces(message, () => undefined),
  dialogOfRequest: (message) => dialogOfRequest(message, { status: 200, localTag: 'b' }, true),
  dialogIdOfRequest,
  'Dialog.receiveRequest': (message) => {
    const one = dialog();
    return [one.receiveRequest(message), one.requestAnswered(message, 200), one instanceof Dialog];
  },
  provisionalReliability,
  'ReliableProvisionals.receivePrack': (message) =>
    new ReliableProvisionals(invite, 1, { ...none, send: () => {}, unacknowledged: () => {} }).receivePrack(
      message,
    ),
  answerSessionTimer: (message) => answerSessionTimer(message, { minSE: 90, wanted: 600 }),
  proxySessionRequest: (message) => proxySessionRequest(message, { minSE: 90, wanted: 600 }),
  'Subscriber.receiveNotify': (message) =>
    new Subscriber({ ...none, subscribe() {}, notified() {}, terminated() {} }, 600).receiveNotify(message),
  parseAuthorization: (message) => parseAuthorization(message.get('Authorization') ?? ''),
  createResponse: (message) => createResponse(message, 200, 'OK', { toTag: 'b' }),
};

const onResponse: Readonly<Record<string, (message: SipResponse) => unknown>> = {
  dialogOfResponse: (message) => dialogOfResponse(invite, message, true),
  dialogIdOfResponse,
  'Dialog.receiveResponse': (message) => {
    dialog().receiveResponse(message);
    return true;
  },
  'ReliableResponses.receive': (message) => new ReliableResponses().receive(message),
  sessionTimerOfResponse: (message) => sessionTimerOfResponse(message, 600) ?? true,
  proxySessionResponse: (message) => proxySessionResponse(message, { interval: 600, isClientAware: true }, 0),
  selectChallenges: (message) => selectChallenges(message.all('WWW-Authenticate')),
  parseChallenge: (message) => parseChallenge(message.get('WWW-Authenticate') ?? '') ?? true,
};

describe('what decides about received messages answers junk in any field with a value', () => {
  it.each(Object.entries(onRequest))('%s', (_, decide) => {
    for (const method of ['INVITE', 'SUBSCRIBE', 'NOTIFY', 'REFER', 'PRACK', 'OPTIONS']) {
      for (const name of fields) {
        for (const value of junk) {
          expect(() => decide(received(request(method, { cseq: 20 }), name, value))).not.toThrow();
        }
      }
    }
  });

  it.each(Object.entries(onResponse))('%s', (_, decide) => {
    for (const status of [180, 200, 401, 486]) {
      for (const name of fields) {
        for (const value of junk) {
          const { [name]: _replaced, ...others } = { RSeq: '1', Require: '100rel' } as Record<string, string>;
          const response = respond(invite, status, others);
          expect(() => decide(received(response, name, value))).not.toThrow();
        }
      }
    }
  });
});
