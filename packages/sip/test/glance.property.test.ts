import {
  createResponse,
  type MessageFault,
  type PlainRequest,
  type SipMessage,
  StreamFramer,
} from '@entente/sip';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** What nearly all write, and what few do, or nobody may. */
const uris = [
  'sip:alice@contoso.example',
  'sips:bob@contoso.example:5061',
  'sip:contoso.example',
  'sip:alice@192.0.2.1:5060;transport=tls',
  'sip:alice@[2001:db8::1]',
  'sip:alice:password@contoso.example',
  'sip:alice@contoso.example;lr;maddr=192.0.2.1',
  'sip:%61lice@contoso.example',
  'sip:alice@contoso.example?Subject=x',
  'sip:alice@contoso..example',
  'sip:alice@192.0.2.999',
  'sip:alice@contoso.example:99999',
  'sip:alice@contoso.example:',
  'sip:alice@contoso.example;=x',
  'sip:alice@contoso.example;x=',
  'sip:alice@-contoso.example',
  'sip:@contoso.example',
  'sip:',
  'SIP:alice@contoso.example',
  'tel:+15551234',
  'sip:alice@contoso.example;tag=1',
  'sip:a b@contoso.example',
  'sip:alice_1.x-y@contoso.example.',
];
const names = [
  '',
  'Alice ',
  '"Alice"',
  '"Al\\"ice" ',
  '"Al<ice" ',
  'Alice of Contoso ',
  '"Alice ',
  'Älice ',
  'A;b ',
];
const tags = [
  '',
  ';tag=a1',
  ';TAG=a1',
  ';tag=',
  ';tag=a1;tag=b2',
  ';x=1',
  ';tag="a"',
  '; tag=a1',
  ';tag=a1 ',
  ';tag=a@b',
  ',',
];
const addresses = fc
  .tuple(fc.constantFrom(...names), fc.constantFrom(...uris), fc.constantFrom(...tags), fc.boolean())
  .map(([name, uri, tag, brackets]) => (brackets ? `${name}<${uri}>${tag}` : `${uri}${tag}`));
const vias = fc
  .tuple(
    fc.constantFrom(
      'SIP/2.0/TLS ',
      'SIP/2.0/tcp ',
      'SIP / 2.0 / TLS ',
      'SIP/2.0/TLS\t',
      'SIP/3.0/UDP ',
      'SIP/2.0/ ',
    ),
    fc.constantFrom(
      '192.0.2.1:5061',
      'client.invalid',
      '[2001:db8::1]:5061',
      'a..b',
      '1.2.3',
      'x:70000',
      'x:',
      'y:05061',
    ),
    fc.constantFrom(
      ';branch=z9hG4bKabc',
      ';branch=z9hG4bK',
      ';branch=abc',
      ';BRANCH=z9hG4bKabc',
      ';branch="z9hG4bKabc"',
      ' ;branch=z9hG4bKabc',
      ';rport;branch=z9hG4bKabc',
      ';branch=z9hG4bKabc;alias;received=192.0.2.7;rport=5',
      ';branch=z9hG4bKabc;rport;received=[2001:db8::1]',
      ';branch=z9hG4bKabc;branch=z9hG4bKabd',
      ';branch=z9hG4bKabc;ttl=1;transport=x',
      ';branch=z9hG4bKabc, SIP/2.0/TLS other;branch=z9hG4bKx',
      ';branch',
      ';b=1;branch=z9hG4bKabc',
      '',
    ),
  )
  .map((parts) => parts.join(''));
const methods = ['INVITE', 'ACK', 'BYE', 'MESSAGE', 'X-Y', 'invite', 'IN/VITE', ''];
const fields = fc.record({
  method: fc.constantFrom(...methods),
  uri: fc.oneof({ weight: 3, arbitrary: fc.constant(uris[0] ?? '') }, fc.constantFrom(...uris)),
  version: fc.oneof(
    { weight: 9, arbitrary: fc.constant('SIP/2.0') },
    fc.constantFrom('sip/2.0', 'SIP/3.0', 'SIP/2.0 '),
  ),
  via: vias,
  from: addresses,
  to: addresses,
  callId: fc.constantFrom('a', 'a@b', 'a@b@c', '@b', 'a b', ' a ', '', 'a"<@b'),
  cseq: fc.constantFrom('1 ', '4294967295 ', '4294967296 ', '123456789 ', '1\t', '1  ', ' 7 ', '', 'x '),
  cseqMethod: fc.option(fc.constantFrom(...methods), { nil: undefined }),
  more: fc.subarray([
    'Max-Forwards: 70',
    'Max-Forwards: 256',
    'Route: <sip:token@fe1.contoso.example;lr>',
    'Route: <<>',
    'v: SIP/2.0/TLS second;branch=z9hG4bK2',
    'Via: ???',
    'f: <sip:second@contoso.example>;tag=2',
    'Subject: folded\r\n text',
    'no colon',
    'X-Unknown: x',
    'Record-Route: <sip:edge.contoso.example;lr>',
  ]),
  fold: fc.constantFrom('', '', '', '', 'Via', 'From', 'To', 'Call-ID', 'CSeq'),
  compact: fc.boolean(),
  body: fc.constantFrom('', 'v=0', 'x'.repeat(5_000)),
});

function written(parts: typeof fields extends fc.Arbitrary<infer T> ? T : never): string {
  const { body, callId, compact, cseq, cseqMethod, fold, from, method, more, to, uri, version, via } = parts;
  const line = (name: string, short: string, value: string) =>
    `${compact ? short : name}:${fold === name ? '\r\n ' : ' '}${value}`;
  const lines = [
    `${method} ${uri} ${version}`,
    line('Via', 'v', via),
    line('From', 'f', from),
    line('To', 't', to),
    line('Call-ID', 'i', callId),
    line('CSeq', 'CSeq', `${cseq}${cseqMethod ?? method}`),
    ...more,
    `Content-Length: ${body.length}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

interface Seen {
  readonly glanced: PlainRequest[];
  readonly messages: SipMessage[];
  readonly faults: MessageFault[];
}

function framed(chunks: readonly Uint8Array[], isDone = false): Seen {
  const seen: Seen = { glanced: [], messages: [], faults: [] };
  const framer = new StreamFramer();
  const sink = {
    glances: true,
    glance: (request: PlainRequest) => seen.glanced.push(request) > 0 && isDone,
    message: (message: SipMessage) => void seen.messages.push(message),
    error: (fault: MessageFault) => void seen.faults.push(fault),
  };
  for (const chunk of chunks) framer.push(chunk, sink);
  return seen;
}

/** @returns whether it was plain */
function expectTheSame(text: string): boolean {
  const bytes = Buffer.from(text, 'latin1');
  const { faults, glanced, messages } = framed([bytes]);
  const [plain] = glanced;
  if (plain === undefined) return false;
  expect(faults).toEqual([]);
  expect(messages).toHaveLength(1);
  const [request] = messages;
  if (request?.kind !== 'request') throw new Error('what was plain is no request');
  const { callId, method, topVia } = request;
  expect({ callId: plain.callId, method: plain.method, branch: plain.branch }).toEqual({
    callId,
    method,
    branch: topVia.branch,
  });
  expect(plain.hasRoute).toBe(request.has('Route'));
  expect(plain.hasToTag).toBe(request.to.tag !== undefined);
  expect(plain.respond(503, 't')).toBe(createResponse(request, 503, undefined, { toTag: 't' }).wire);
  return true;
}

const usual = {
  method: 'INVITE',
  uri: 'sip:bob@contoso.example',
  version: 'SIP/2.0',
  via: 'SIP/2.0/TLS 192.0.2.1:40000;branch=z9hG4bKabc;rport',
  from: '"Alice" <sip:alice@contoso.example>;tag=a1',
  to: '<sip:bob@contoso.example>',
  callId: 'a@b',
  cseq: '1 ',
  cseqMethod: undefined,
  more: [
    'Max-Forwards: 70',
    'Via: SIP/2.0/TLS second;branch=z9hG4bK2',
    'Record-Route: <sip:e.contoso.example;lr>',
  ],
  fold: '',
  compact: false,
  body: 'v=0',
};

describe('a glance at a request', () => {
  it('finds what reading it finds, and answers with the same bytes', () => {
    fc.assert(fc.property(fields, (parts) => void expectTheSame(written(parts))));
  });

  it('does so where one field of a usual request is another', () => {
    const keys = fc.constantFrom(...(Object.keys(usual) as (keyof typeof usual)[]));
    fc.assert(
      fc.property(
        fields,
        keys,
        (parts, key) => void expectTheSame(written({ ...usual, [key]: parts[key] } as never)),
      ),
      { numRuns: 500 },
    );
  });

  it('takes no host for one that is longer than a name may be', () => {
    const longest = `${'a.'.repeat(126)}a`;
    expect(expectTheSame(written({ ...usual, uri: `sip:bob@${longest}` } as never))).toBe(true);
    expect(expectTheSame(written({ ...usual, uri: `sip:bob@${longest}a` } as never))).toBe(false);
    expect(expectTheSame(written({ ...usual, to: `<sip:${longest}.a>` } as never))).toBe(false);
  });

  it('does so where some bytes of a usual request are others', () => {
    const text = written(usual as never);
    const changes = fc.array(
      fc.tuple(fc.nat(text.length - 1), fc.constantFrom(...' \t\r\n;:,<>"\\@=%/.09aZ\0\x80\xff')),
      {
        maxLength: 3,
      },
    );
    fc.assert(
      fc.property(changes, (list) => {
        const characters = [...text];
        for (const [at, character] of list) characters[at] = character;
        expectTheSame(characters.join(''));
      }),
      { numRuns: 500 },
    );
  });

  it('is enough for what telephones write', () => {
    expect(expectTheSame(written(usual as never))).toBe(true);
    expect(
      expectTheSame(
        written({ ...usual, compact: true, to: '<sip:bob@192.0.2.9:5061;transport=tls>;tag=t' } as never),
      ),
    ).toBe(true);
    expect(expectTheSame(written({ ...usual, method: 'ACK' } as never))).toBe(true);
  });

  it('keeps what is done with from being read, wherever the stream is cut, and nothing else', () => {
    const plain = written(usual as never);
    const folded = written({ ...usual, fold: 'To' } as never);
    const response = plain.replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n');
    const bytes = Buffer.from(`${plain}${folded}\r\n\r\n${plain}${response}${plain}`, 'latin1');
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 6 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
        const { faults, glanced, messages } = framed(chunks, true);
        expect([glanced.length, messages.map(({ kind }) => kind), faults]).toEqual([
          3,
          ['request', 'response'],
          [],
        ]);
      }),
    );
  });
});
