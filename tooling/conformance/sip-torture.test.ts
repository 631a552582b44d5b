import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../runner/main.ts';
import { runConformance } from './run.ts';
import type { ConformanceResult } from './suite.ts';

// A folder of messages of our own about IPv6, in the form that `pnpm conformance sip-torture --vectors` takes.

interface Entry {
  readonly text: string;
  readonly reaction: Readonly<Record<string, unknown>>;
  readonly framing?: Readonly<Record<string, unknown>>;
}

const accept = { action: 'accept', status: null, alternatives: [] };
const refuse = { action: 'respond', status: 400, alternatives: [] };

function request(
  method: string,
  uri: string,
  lines: readonly string[] = [],
  tail = 'Content-Length: 0\r\n\r\n',
) {
  const fixed = [
    'Via: SIP/2.0/TLS [2001:db8::7];branch=z9hG4bK7',
    'Max-Forwards: 70',
    'From: <sip:alice@contoso.example>;tag=1',
    'To: <sip:bob@fabrikam.example>',
    'Call-ID: six@contoso.example',
    `CSeq: 1 ${method}`,
  ];
  return `${[`${method} ${uri} SIP/2.0`, ...fixed, ...lines].join('\r\n')}\r\n${tail}`;
}

const entries: Readonly<Record<string, Entry>> = {
  reference: {
    text: request('REGISTER', 'sip:[2001:db8::5]', ['Contact: <sip:alice@[::1]:5070>']),
    reaction: { action: 'accept', status: 200, alternatives: [405] },
  },
  'no-brackets': { text: request('REGISTER', 'sip:2001:db8::5'), reaction: refuse },
  'port-inside': { text: request('OPTIONS', 'sip:[2001:db8::5:5070]'), reaction: accept },
  'port-outside': { text: request('OPTIONS', 'sip:[2001:db8::5]:5070'), reaction: accept },
  'received-bracketed': {
    text: request('BYE', 'sip:[2001:db8::5]', [
      'Via: SIP/2.0/TCP 192.0.2.4;branch=z9hG4bK8;received=[2001:db8::8]',
    ]),
    reaction: { ...accept, by: 'proxy' },
  },
  mapped: { text: request('OPTIONS', 'sip:bob@[::ffff:192.0.2.9]:5070'), reaction: accept },
  'three-colons': {
    text: request('OPTIONS', 'sip:bob@[2001:db8:::192.0.2.9]'),
    reaction: { ...accept, alternatives: [400] },
  },
  'stray-response': {
    text: `SIP/2.0 200 OK\r\n${request('BYE', 'sip:a', ['Via: SIP/2.0/TLS [::1];branch=z9hG4bK8']).split('\r\n').slice(1).join('\r\n')}`,
    reaction: { action: 'discard', status: null, alternatives: [] },
  },
  body: {
    text: request(
      'INVITE',
      'sip:bob@[2001:db8::5]',
      ['Content-Type: application/sdp'],
      'Content-Length: 25\r\n\r\nc=IN IP6 2001:db8::9\r\nv=0',
    ),
    reaction: accept,
  },
  'body-short': {
    text: request(
      'INVITE',
      'sip:bob@[2001:db8::5]',
      ['Content-Type: application/sdp'],
      'Content-Length: 90\r\n\r\nc=IN IP6 2001:db8::9',
    ),
    reaction: refuse,
    framing: { stream: 'incomplete-body' },
  },
  'body-long': {
    text: request(
      'MESSAGE',
      'sip:bob@[2001:db8::5]',
      ['Content-Type: text/plain'],
      'Content-Length: 2\r\n\r\nok, and more',
    ),
    reaction: accept,
    framing: { stream: 'complete-with-trailing', trailingBytes: 10 },
  },
  'no-length': {
    text: request('OPTIONS', 'sip:[2001:db8::5]', [], '\r\n'),
    reaction: accept,
    framing: { stream: 'no-content-length' },
  },
  'two-lengths': {
    text: request('OPTIONS', 'sip:[2001:db8::5]', ['Content-Length: 2'], 'Content-Length: 3\r\n\r\nabc'),
    reaction: refuse,
    framing: { stream: 'fatal-framing' },
  },
  'header-open': {
    text: request('OPTIONS', 'sip:[2001:db8::5]', [], 'Content-Length: 0\r\n'),
    reaction: refuse,
    framing: { stream: 'incomplete-header' },
  },
};

const folders: string[] = [];

/** Writes a folder of vectors; `changes` spoils what is expected of an entry, which then is alone in it. */
function folder(changes: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {}): string {
  const alone = Object.keys(changes);
  const path = mkdtempSync(join(tmpdir(), 'sip-vectors-'));
  folders.push(path);
  const written = Object.entries(entries).filter(([name]) => alone.length === 0 || alone.includes(name));
  const messages = written.map(([name, { text, reaction, framing }]) => {
    const bytes = Buffer.from(text);
    writeFileSync(join(path, `${name}.msg`), bytes);
    return {
      name,
      file: `${name}.msg`,
      rfc: 5118,
      section: '0',
      title: name,
      type: text.startsWith('SIP/') ? 'response' : 'request',
      expected: 'valid',
      reaction,
      bytes: bytes.length,
      framing: { headerBytes: 0, stream: 'complete', ...framing },
      ...changes[name],
    };
  });
  writeFileSync(join(path, 'expected.json'), JSON.stringify({ about: 'IPv6 in SIP', fields: {}, messages }));
  return path;
}

const run = (path: string): Promise<Outcome> =>
  runConformance(['sip-torture', '--vectors', path], { log: () => undefined }, { environment: {} });

afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true });
});

describe('pnpm conformance sip-torture --vectors DIR', () => {
  it('takes a folder with an expected.json of its own, and every kind of framing in it', async () => {
    const { report, ok } = await run(folder());
    expect((report as ConformanceResult).failures).toEqual([]);
    expect(ok).toBe(true);
    expect(report).toMatchObject({ suite: 'sip-torture', total: 14, passed: 14, skipped: 0 });
  });

  it.each([
    [
      'another reaction',
      { 'no-brackets': { reaction: accept } },
      'endpoint: respond 400; proxy: respond 400',
    ],
    ['another status', { 'no-brackets': { reaction: { ...refuse, status: 404 } } }, 'respond 400'],
    ['another kind of framing', { 'body-short': { framing: { stream: 'complete' } } }, 'incomplete-body'],
    ['other trailing bytes', { 'body-long': { framing: { stream: 'complete' } } }, 'stream'],
    ['another size of the file', { body: { bytes: 7 } }, 'not 7'],
  ])('fails a message whose vector expects %s', async (_, changes, actual) => {
    const { report, ok } = await run(folder(changes));
    const [name] = Object.keys(changes);
    expect(ok).toBe(false);
    const failure = (report as ConformanceResult).failures.find(({ id }) => id === name);
    const words = actual.split('; ');
    expect(words.some((word) => failure?.actual.includes(word))).toBe(true);
  });

  it('fails where the folder that was named has no expected.json, and is skipped where none was named', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'sip-vectors-'));
    folders.push(empty);
    const { report, ok } = await run(empty);
    expect(ok).toBe(false);
    expect(report).toMatchObject({ total: 1, passed: 0, failed: 1 });
    const unnamed = await runConformance(['sip-torture'], { log: () => undefined }, { environment: {} });
    expect(unnamed.report).toMatchObject({ total: 1, passed: 0, skipped: 1 });
  });
});
