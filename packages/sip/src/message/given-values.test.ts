import { describe, expect, it } from 'vitest';
import * as sip from '../index.ts';

const request = sip.createRequest({
  method: 'OPTIONS',
  uri: 'sip:bob@contoso.example',
  from: '<sip:alice@contoso.example>;tag=1',
  to: '<sip:bob@contoso.example>',
  callId: 'one',
  cseq: 1,
});
const { parameters } = sip.Via.from({ transport: 'TLS', host: 'pc.contoso.example' });
const uri = request.uri as sip.SipUri;

type Reader = readonly [string, (given: never) => unknown];

/** Every function that reads one text, found by its name: one that is added is tested too. */
const parsers: readonly Reader[] = Object.entries(sip).flatMap(([name, value]) =>
  /^parse[A-Z]/.test(name) && name !== 'parseMessage' ? [[name, value as (given: never) => unknown]] : [],
);
const names: readonly Reader[] = [
  ...(['get', 'all', 'has', 'values', 'tokens', 'addressesOf'] as const).map(
    (name): Reader => [`${name} of a message`, (given: never) => request[name](given)],
  ),
  ...(['get', 'raw', 'has', 'with', 'without'] as const).map(
    (name): Reader => [`${name} of Parameters`, (given: never) => parameters[name](given, '1')],
  ),
  ...(['set', 'prepend', 'append', 'remove', 'removeFirstValue', 'replaceFirstValue'] as const).map(
    (name): Reader => [`${name} of an editor`, (given: never) => sip.edit(request)[name](given, '1')],
  ),
];
const messages: readonly Reader[] = [
  ['edit', sip.edit],
  ['checkMessage', sip.checkMessage],
];
const uris: readonly Reader[] = [
  ['addressOfRecord', sip.addressOfRecord],
  ['uriEquals', (given) => sip.uriEquals(given, uri)],
  ['the second of uriEquals', (given) => sip.uriEquals(uri, given)],
];

function codeOf(call: (given: never) => unknown, given: unknown): unknown {
  try {
    call(given as never);
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'nothing';
}

const others: readonly unknown[] = [undefined, null, 5, {}, []];
const refused = others.map(() => 'SIP_INVALID_ARGUMENT');

describe('what a caller without a compiler gives', () => {
  it.each(parsers)('is a fault of the caller where it is no text: %s', (_, parse) => {
    expect(others.map((given) => codeOf(parse, given))).toEqual(refused);
  });

  it.each(names)('is a fault of the caller where it is no name: %s', (_, read) => {
    expect(others.map((given) => codeOf(read, given))).toEqual(refused);
  });

  it.each(messages)('is a fault of the caller where it is no message: %s', (_, read) => {
    const result = sip.parseMessage(request.toBytes());
    expect([...others, 'x', result].map((given) => codeOf(read, given))).toEqual([
      ...refused,
      'SIP_INVALID_ARGUMENT',
      'SIP_INVALID_ARGUMENT',
    ]);
  });

  it.each(uris)('is a fault of the caller where it is no URI, such as a text: %s', (_, read) => {
    const text = 'sip:bob@contoso.example';
    expect([...others, text, sip.parseUri(text)].map((given) => codeOf(read, given))).toEqual([
      ...refused,
      'SIP_INVALID_ARGUMENT',
      'SIP_INVALID_ARGUMENT',
    ]);
  });
});
