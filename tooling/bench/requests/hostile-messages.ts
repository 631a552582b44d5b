/** Who sends a message: a user to a front end, an edge to it, or a client, a partner or a front end to an edge. */
export type MessagePath = 'user' | 'from-edge' | 'client' | 'partner' | 'outwards';

/** A message that somebody sends to cost us time. */
export interface HostileMessage {
  readonly what: string;
  readonly path: MessagePath;
  /** Of the request. */
  readonly bytes: Uint8Array;
  /** Fields of its answer, where these are what is hostile. */
  readonly answer?: Uint8Array;
  /** Whether a user authenticates with it: the credentials are added each time. */
  readonly isAuthenticated?: true;
}

/** Bytes that fit into the header of a client's message, and into that of a server's. */
const outsiderBytes = 30_000;
const serverBytes = 59_000;

const ours = 'sip:alice@contoso.example';
const theirs = 'sip:carol@fabrikam.example';

interface Parts {
  readonly method?: string;
  readonly uri?: string;
  readonly from?: string;
  readonly to?: string;
}

const parts: Readonly<Record<MessagePath, Parts>> = {
  user: {},
  'from-edge': { from: theirs },
  client: {},
  partner: { from: theirs },
  outwards: { uri: theirs, to: theirs },
};

/** A request with some more fields. */
function request(path: MessagePath, fields: string, more: Parts = {}): Uint8Array {
  const { from, method, to, uri } = {
    method: 'MESSAGE',
    uri: 'sip:bob@contoso.example',
    from: ours,
    to: 'sip:bob@contoso.example',
    ...parts[path],
    ...more,
  };
  const host = path === 'partner' ? 'sip.fabrikam.example' : 'client.invalid';
  const body = method === 'MESSAGE' ? 'hello' : '';
  return Buffer.from(
    `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/TLS ${host}:40000;branch=z9hG4bK1;rport\r\nMax-Forwards: 70\r\n` +
      `From: <${from}>;tag=1\r\nTo: <${to}>\r\nCall-ID: 1@client.invalid\r\nCSeq: 1 ${method}\r\n${fields}` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
    'latin1',
  );
}

/** A plain MESSAGE on the same way: what the others are compared with. */
export function plainMessage(path: MessagePath): HostileMessage {
  const fields =
    'User-Agent: Contoso Phone 1.0\r\nAllow: INVITE, ACK, CANCEL, BYE\r\nContent-Type: text/plain\r\n';
  return { what: 'a plain MESSAGE', path, bytes: request(path, fields) };
}

function fill(bytes: number, item: (i: number) => string): string {
  let out = '';
  for (let i = 0; out.length < bytes; i++) out += item(i);
  return out;
}

/** One field of many values. */
function list(name: string, bytes: number, item: (i: number) => string): string {
  return `${name}: ${fill(bytes, (i) => `${i === 0 ? '' : ','}${item(i)}`)}\r\n`;
}

/** As many credentials, none of them right, that have as many bytes together. */
function credentials(count: number, bytes: number): string {
  const line = (i: number) =>
    `Authorization: Digest username="alice", realm="contoso.example", nonce="${i}", uri="sip:b", response="0"`;
  const padding = 'a'.repeat(Math.max(Math.floor(bytes / count) - line(count).length - 10, 0));
  return Array.from({ length: count }, (_, i) => `${line(i)}, opaque="${padding}"\r\n`).join('');
}

/** A host of as many labels as fit. */
const labels = (bytes: number): string => `${'1.'.repeat(bytes / 2)}a`;
/** As many as a name may have. */
const mostLabels = labels(252);
/** Fields in which a message names others. */
const namingFields = ['Referred-By', 'Diversion', 'History-Info', 'Reply-To'] as const;

/** The fields that each peer may send, as many as fit. */
const fieldsOf: Readonly<Record<string, (bytes: number) => string>> = {
  'Via values in one field': (bytes) => list('Via', bytes, () => 'SIP/2.0/TLS a;branch=z9hG4bK2'),
  '65 Via values of many parameters': (bytes) =>
    list('Via', bytes, () => `SIP/2.0/TLS a;branch=z9hG4bK2${fill(bytes / 66, (i) => `;p${i}=1`)}`),
  'Route values': (bytes) => list('Route', bytes, () => '<sip:a.contoso.example;lr>'),
  'Route values of ours that cannot be read': (bytes) =>
    list('Route', bytes, (i) => `<sip:AAAA${i}@fe1.contoso.example;lr>`),
  'Record-Route values': (bytes) => list('Record-Route', bytes, () => '<sip:a.contoso.example;lr>'),
  'Path values': (bytes) => list('Path', bytes, () => '<sip:a.contoso.example;lr>'),
  contacts: (bytes) => list('Contact', bytes, (i) => `<sip:${i}@a>`),
  'a contact of many parameters': (bytes) => `Contact: <sip:a@b${fill(bytes, (i) => `;p${i}=1`)}>\r\n`,
  'deep comments': (bytes) => `User-Agent: ${'('.repeat(bytes / 2)}${')'.repeat(bytes / 2)}\r\n`,
  'quoted strings': (bytes) => list('Supported', bytes, () => '"\\""'),
  'backslashes in a display name': (bytes) =>
    `P-Preferred-Identity: "${'\\"'.repeat(bytes / 2)}" <${ours}>\r\n`,
  'a History-Info chain': (bytes) =>
    list('History-Info', bytes, (i) => `<sip:a${i}@contoso.example?Reason=SIP%3Bcause%3D302>;index=1.${i}`),
  'P-Asserted-Identity values': (bytes) =>
    list('P-Asserted-Identity', bytes, (i) => `<sip:a${i}@contoso.example>`),
  'P-Preferred-Identity values': (bytes) =>
    list('P-Preferred-Identity', bytes, (i) => `<sip:a${i}@contoso.example>`),
  'a long header name': (bytes) => `${'X'.repeat(bytes)}: 1\r\n`,
  'unknown fields': (bytes) => fill(bytes, (i) => `X-${i}${'a'.repeat(Math.floor(bytes / 100))}: 1\r\n`),
  folds: (bytes) => `Subject: a${fill(bytes, () => '\r\n b')}\r\n`,
  'folds in Contact': (bytes) => `Contact: <sip:a@b>${fill(bytes, () => '\r\n ;p')}\r\n`,
  'Warning values': (bytes) => list('Warning', bytes, () => '399 fe1.contoso.example "a"'),
  'Warning lines': (bytes) =>
    fill(
      bytes,
      () => `Warning: 399 fe1.contoso.example "${'fe1.contoso.example '.repeat(bytes / 2_500)}"\r\n`,
    ),
  'Reason and Server texts full of names': (bytes) =>
    `Server: ${fill(bytes / 2, () => 'fe1.contoso.example ')}\r\nReason: SIP;text="${fill(bytes / 2, () => 'edge1.contoso.example ')}"\r\n`,
  'option tags that nobody knows': (bytes) => list('Proxy-Require', bytes, (i) => `x${i}`),
  '100 credentials': (bytes) => credentials(100, bytes - 2_000),
  'credentials of many parameters': (bytes) =>
    `Authorization: Digest username="alice", realm="contoso.example", nonce="1", uri="sip:b", response="0"${fill(bytes, (i) => `, p${i}="1"`)}\r\n`,
  ...Object.fromEntries(
    namingFields.map((name) => [
      `${name} at a host of thousands of labels`,
      (bytes: number) => `${name}: <sip:a@${labels(bytes)}>\r\n`,
    ]),
  ),
  'History-Info values at hosts of 127 labels': (bytes) =>
    list('History-Info', bytes, () => `<sip:a@${mostLabels}>`),
  'History-Info values of few bytes': (bytes) => list('History-Info', bytes, (i) => `<sip:${i}@a>`),
  'History-Info values of few bytes, each second of ours': (bytes) =>
    list('History-Info', bytes, (i) => (i % 2 === 0 ? `<sip:${i}@a>` : `<${ours}>`)),
  'Call-Info values, each second of which has a telephone answer': (bytes) =>
    list('Call-Info', bytes, (i) => (i % 2 === 0 ? '<a:b>' : '<a:b>;answer-after=0')),
  'P-Asserted-Identity values, each second a number': (bytes) =>
    list('P-Asserted-Identity', bytes, (i) => (i % 2 === 0 ? `<${theirs}>` : '<tel:+1>')),
  'a Warning of an agent of thousands of labels': (bytes) => `Warning: 399 ${labels(bytes)} "a"\r\n`,
  'Warning values of agents of 127 labels': (bytes) => list('Warning', bytes, () => `399 ${mostLabels} "a"`),
  'In-Reply-To and Identity-Info of many values': (bytes) => list('In-Reply-To', bytes, (i) => `${i}@a`),
};

const manyParameters = `sip:bob@contoso.example${Array.from({ length: 1_000 }, (_, i) => `;p${i}`).join('')}`;

/** What is hostile only with one way, or with one method. */
const special: readonly HostileMessage[] = [
  {
    what: '240 credentials at a Request-URI of 1,000 parameters',
    path: 'from-edge',
    bytes: request('from-edge', credentials(240, 48_000), { uri: manyParameters, from: ours }),
  },
  ...Object.entries({
    elsewhere: '+1',
    'of ours': 'contoso.example',
  }).map(([where, context]) => ({
    what: `a partner whose number counts at hundreds of places ${where}`,
    path: 'partner' as const,
    bytes: request('partner', '', {
      from: `sip:${'1'.repeat(outsiderBytes / 2)}${fill(outsiderBytes / 2 - 400, () => `;phone-context=${context}`)}@fabrikam.example;user=phone`,
    }),
  })),
  ...(Object.keys(parts) as MessagePath[]).flatMap((path) =>
    Object.entries({
      'of thousands of labels': labels(3_900),
      'of 127 labels': mostLabels,
      'of many labels below a domain of ours': `${labels(236)}.contoso.example`,
    }).map(([what, host]) => ({
      what: `a Request-URI at a host ${what}`,
      path,
      bytes: request(path, '', { uri: `sip:bob@${host}` }),
    })),
  ),
  ...(['user', 'from-edge', 'client'] as const).flatMap((path) => {
    const bytes = path === 'from-edge' ? serverBytes : outsiderBytes;
    const paths = list('Path', bytes, () => '<sip:a.contoso.example;lr>');
    return Object.entries({
      'thousands of contacts': list('Contact', bytes, (i) => `<sip:${i}@a>`),
      'many Path values': `Contact: <sip:a@b>\r\n${paths}`,
    }).map(([what, fields]) => ({
      what: `a REGISTER of ${what}`,
      path,
      ...(path === 'client' ? {} : ({ isAuthenticated: true } as const)),
      bytes: request(path, fields, { method: 'REGISTER', uri: 'sip:contoso.example', from: ours, to: ours }),
    }));
  }),
  ...(['user', 'client', 'partner', 'outwards'] as const).map((path) => ({
    what: 'an INVITE of many Record-Route values',
    path,
    bytes: request(
      path,
      `Contact: <sip:a@b>\r\n${list('Record-Route', path === 'outwards' ? serverBytes : outsiderBytes, () => '<sip:a.contoso.example;lr>')}`,
      { method: 'INVITE' },
    ),
  })),
];

/** Fields of answers: what a device or an outsider sends back, and what servers inside send out. */
const answers = [
  'Warning values',
  'Warning lines',
  'a Warning of an agent of thousands of labels',
  'Warning values of agents of 127 labels',
  'History-Info values at hosts of 127 labels',
  'Record-Route values',
  'contacts',
  'deep comments',
  'P-Asserted-Identity values',
  'unknown fields',
  'folds',
  'Reason and Server texts full of names',
] as const;

/** All of them. */
export const hostileMessages: readonly HostileMessage[] = [
  ...(Object.keys(parts) as MessagePath[]).flatMap((path) => {
    const bytes = path === 'outwards' || path === 'from-edge' ? serverBytes : outsiderBytes;
    return Object.entries(fieldsOf).map(([what, fields]) => ({
      what,
      path,
      bytes: request(path, fields(bytes)),
    }));
  }),
  ...(['user', 'client', 'partner', 'outwards'] as const).flatMap((path) =>
    answers.map((what) => ({
      what: `an answer with ${what}`,
      path,
      bytes: request(path, 'Contact: <sip:a@b>\r\n', { method: 'INVITE' }),
      answer: Buffer.from((fieldsOf[what] as (bytes: number) => string)(outsiderBytes), 'latin1'),
    })),
  ),
  ...special,
];
