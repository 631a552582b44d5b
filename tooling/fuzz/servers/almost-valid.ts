import { readFileSync } from 'node:fs';
import { answerChallenge } from '@entente/sip';
import { parse } from 'yaml';
import type { Random } from '../random.ts';
import { type Knowledge, type KnownDialog, keep } from './knowledge.ts';

const { methods, numbers, ...written } = parse(
  readFileSync(new URL('almost-valid.yaml', import.meta.url), 'utf8'),
) as {
  readonly methods: readonly string[];
  readonly numbers: readonly string[];
  readonly optional: Readonly<Record<string, readonly string[]>>;
};
/** What happens less often than once in so many times is a mistake. */
const rare = 8;
const sdp =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 49172 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n';
const bodies = [
  '',
  '',
  'hello',
  sdp,
  sdp.replace('SAVP', 'AVP'),
  '\0\x01\x02\xff',
  '--b\r\n\r\nx\r\n--b--',
  'x'.repeat(9_000),
];
/** Fields that a message may or may not have. */
const optional = [
  ...Object.entries(written.optional),
  ['X-Unknown', ['\xff\xfe', 'a'.repeat(3_000)]],
] as readonly (readonly [name: string, values: readonly string[]])[];

/**
 * A message that a server almost accepts: made of what the peer knows, each part right most of the time.
 * @param known - what the peer has learned; what it sends is noted there
 * @param random - decides everything
 * @returns one character a byte
 */
export function almostValid(known: Knowledge, random: Random): string {
  return messageOf(known, random.oneIn(3) ? random : careful(random));
}

/** Makes choices as before, and none of the rarer mistakes: a message with a mistake in each part is refused before it gets anywhere. */
function careful(random: Random): Random {
  return { ...random, oneIn: (n) => n < rare && random.oneIn(n) };
}

function messageOf(known: Knowledge, random: Random): string {
  if (known.received.length > 0 && random.oneIn(3)) return response(known, random);
  if (known.invites.length > 0 && random.oneIn(10)) return ofInvite(known, random);
  return request(known, random);
}

function request(known: Knowledge, random: Random): string {
  const { identity } = known;
  const method = random.pick(methods);
  const dialog = known.dialogs.length > 0 && random.oneIn(2) ? random.pick(known.dialogs) : undefined;
  const uri = requestUri(known, method, dialog, random);
  const from = dialog?.local ?? `<sip:${author(known, random)}>;tag=${token(random)}`;
  const to =
    dialog?.remote ??
    (method === 'REGISTER' ? `<sip:${identity.address}>` : `<${random.pick(identity.targets)}>`);
  const fields = [
    ...vias(known, random),
    ...(random.oneIn(20) ? [] : [`Max-Forwards: ${random.oneIn(12) ? random.pick(numbers) : 70}`]),
    `From: ${from}`,
    `To: ${to}${random.oneIn(12) ? `;tag=${token(random)}` : ''}`,
    `Call-ID: ${dialog?.callId ?? token(random)}`,
    `CSeq: ${random.oneIn(12) ? random.pick(numbers) : random.below(100_000)} ${random.oneIn(20) ? random.pick(methods) : method}`,
    ...routes(known, dialog, random),
    ...contact(known, method, random),
    ...extras(random),
    ...credentials(known, method, uri, random),
  ];
  const text = withBody(`${method} ${uri} SIP/2.0`, fields, random);
  if (method === 'INVITE') keep(known.invites, text);
  return text;
}

/** CANCEL or ACK of an INVITE that was sent, with its branch. */
function ofInvite(known: Knowledge, random: Random): string {
  const method = random.oneIn(2) ? 'CANCEL' : 'ACK';
  const [head = ''] = random.pick(known.invites).split('\r\n\r\n');
  const lines = head
    .replace(/^INVITE/, method)
    .replace(/^CSeq: (\S*) .*$/m, `CSeq: $1 ${method}`)
    .split('\r\n');
  const wanted = lines.filter((line) => !/^(Content-|Contact|Require|Supported)/i.test(line));
  return `${[...wanted, 'Content-Length: 0'].join('\r\n')}\r\n\r\n`;
}

function response(known: Knowledge, random: Random): string {
  const asked = random.pick(known.received);
  const status = random.pick([
    100, 180, 183, 199, 200, 200, 200, 202, 302, 401, 404, 407, 408, 430, 480, 486, 488, 503, 603, 699,
  ]);
  const copied = (name: string) => asked.all(name).map((value) => `${name}: ${value}`);
  const tag =
    asked.to.tag === undefined && status > 100 ? `;tag=${random.oneIn(3) ? token(random) : 'far'}` : '';
  const fields = [
    ...(random.oneIn(15) ? copied('Via').slice(1) : copied('Via')),
    ...copied('From'),
    `To: ${asked.get('To') ?? ''}${tag}`,
    ...copied('Call-ID'),
    ...(random.oneIn(15) ? [`CSeq: 1 ${random.pick(methods)}`] : copied('CSeq')),
    ...(random.oneIn(5) ? routes(known, undefined, random) : copied('Record-Route')),
    ...contact(known, asked.method, random),
    ...extras(random),
  ];
  return withBody(`SIP/2.0 ${status} ${random.oneIn(10) ? '\xc3\xbc "x"' : 'Reason'}`, fields, random);
}

function requestUri(
  known: Knowledge,
  method: string,
  dialog: KnownDialog | undefined,
  random: Random,
): string {
  const { identity } = known;
  if (dialog !== undefined && !random.oneIn(6)) return dialog.target;
  if (known.tokens.length > 0 && random.oneIn(8)) return random.pick(known.tokens);
  if (random.oneIn(12)) return `sip:${token(random)}@${random.pick(identity.hosts)}:${random.pick(numbers)}`;
  if (random.oneIn(20))
    return random.pick(['tel:+12015550123', 'urn:service:sos', 'sips:x@y.example', 'sip:;x=y', '*']);
  const domain = identity.address.slice(identity.address.indexOf('@') + 1);
  return method === 'REGISTER' ? `sip:${domain}` : random.pick(identity.targets);
}

function author({ identity }: Knowledge, random: Random): string {
  if (!random.oneIn(12)) return identity.address;
  return random.pick([
    'anonymous@anonymous.invalid',
    'alice@contoso.example',
    `x@${identity.host}`,
    'a%40b@c.example',
  ]);
}

function vias({ identity }: Knowledge, random: Random): string[] {
  const own = `Via: SIP/2.0/${random.oneIn(20) ? random.pick(['UDP', 'TCP', 'WSS', 'X']) : 'TLS'} ${identity.host};branch=${
    random.oneIn(20) ? '' : 'z9hG4bK'
  }${token(random)}${random.pick(['', '', ';rport', ';rport=1', ';received=192.0.2.7', ';alias', ';ttl=1', ';x'])}`;
  const below = random.oneIn(8) ? random.below(random.oneIn(6) ? 90 : 4) : 0;
  const others = Array.from(
    { length: below },
    () => `Via: SIP/2.0/TLS ${random.pick(identity.hosts)};branch=z9hG4bK${token(random)}`,
  );
  return [own, ...others];
}

function routes(known: Knowledge, dialog: KnownDialog | undefined, random: Random): string[] {
  const found = dialog === undefined || random.oneIn(8) ? [] : [...dialog.routes];
  if (random.oneIn(8) && known.routes.length > 0) found.push(random.pick(known.routes));
  if (random.oneIn(8)) found.unshift(`<sip:${random.pick(known.identity.hosts)};lr>`);
  const name = random.oneIn(10) ? random.pick(['Record-Route', 'Path', 'Service-Route']) : 'Route';
  return found.map((route) => `${name}: ${random.oneIn(10) ? changed(route, random) : route}`);
}

function contact({ identity }: Knowledge, method: string, random: Random): string[] {
  if (random.oneIn(method === 'MESSAGE' ? 2 : 10)) return [];
  if (method === 'REGISTER' && random.oneIn(15)) return ['Contact: *'];
  const count = random.oneIn(15) ? random.below(40) : 1;
  const [user] = identity.address.split('@');
  return Array.from({ length: count }, (_, i) => {
    const device = random.pick([
      '',
      ';+sip.instance="<urn:uuid:1>";reg-id=1',
      ';+sip.instance="<urn:uuid:2>"',
      ';reg-id=x',
      ';q=0.5',
      ';q=2',
    ]);
    const expires = random.oneIn(4) ? `;expires=${random.pick(numbers)}` : '';
    const scheme = random.oneIn(8) ? 'sips' : 'sip';
    return `Contact: <${scheme}:${user}${i === 0 ? '' : i}@${identity.host};transport=tls>${device}${expires}`;
  });
}

function extras(random: Random): string[] {
  const count = random.below(4);
  return Array.from({ length: count }, () => {
    const [name, values] = random.pick(optional);
    return `${name}: ${random.pick(values)}`;
  });
}

function credentials(known: Knowledge, method: string, uri: string, random: Random): string[] {
  const { identity } = known;
  if (known.challenges.length === 0 || random.oneIn(6)) return [];
  const { challenge, field } = random.oneIn(4) ? random.pick(known.challenges) : known.challenges.at(-1)!;
  const username = identity.address.split('@')[0] ?? '';
  // A wrong password makes the address wait, so most of them are right.
  const password = identity.password !== undefined && !random.oneIn(60) ? identity.password : 'wrong';
  if (identity.password === undefined && !random.oneIn(30)) return [];
  let value: string;
  try {
    value = answerChallenge(
      challenge,
      { method, uri },
      { username, password },
      { cnonce: token(random), nonceCount: ++known.uses },
    );
  } catch {
    return [];
  }
  return [`${field}: ${random.oneIn(12) ? changed(value, random) : value}`];
}

function withBody(start: string, fields: readonly string[], random: Random): string {
  const body = random.pick(bodies);
  const length = random.oneIn(80)
    ? random.pick([...numbers, `${body.length + 5}`, `${body.length}, ${body.length}`])
    : body.length;
  const type =
    body === '' && !random.oneIn(5)
      ? []
      : [
          `Content-Type: ${random.pick(['application/sdp', 'text/plain;charset=UTF-8', 'multipart/mixed;boundary=b', 'x'])}`,
        ];
  return `${[start, ...fields, ...type, `Content-Length: ${length}`].join('\r\n')}\r\n\r\n${body}`;
}

/** A text with one character changed, doubled or taken away. */
function changed(text: string, random: Random): string {
  const at = random.below(text.length);
  const by = random.pick(['', 'A', '0', '"', ',', ';', '\xff', text.slice(at, at + 40)]);
  return text.slice(0, at) + by + text.slice(at + (random.oneIn(2) ? 1 : 0));
}

function token(random: Random): string {
  return `f${random.below(0x7fff_ffff).toString(36)}`;
}
