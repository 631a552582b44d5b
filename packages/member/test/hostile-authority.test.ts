import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, startMember } from './hostile-authority.ts';

/** A stream of events that the test writes. */
function events(streams: ServerResponse[]): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    streams.push(response);
  };
}

describe('a member whose authority answers garbage', () => {
  let member: Awaited<ReturnType<typeof startMember>>;
  beforeEach(async () => {
    member = await startMember();
    member.answer('/topology', member.signed(member.first));
    await member.authority.refresh();
    expect(member.version(), member.warnings.join()).toBe(1);
  });
  afterEach(() => member[Symbol.asyncDispose]());

  const garbage: readonly [string, (of: typeof member) => Answer | string][] = [
    ['nothing', () => ''],
    ['another kind of document', () => '<html>busy</html>'],
    ['half of a document', (of) => of.signed(of.next()).slice(0, 200)],
    ['a document of null', () => 'null'],
    ['a document that somebody else signed', (of) => of.signed(of.next(), of.stranger)],
    ['a document whose text was changed', (of) => of.signed(of.next()).replace('second', 'seconD')],
    ['a version that is no number', (of) => of.signed(of.next()).replace('"version":2', '"version":"2"')],
    ['a version that is far ahead', (of) => of.signed({ ...of.next(), version: 1_000_000 })],
    [
      'a body that breaks off',
      () => (_, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{');
        response.on('close', () => {});
        setImmediate(() => response.destroy());
      },
    ],
    ['a status that there is not', () => (_, response) => void response.writeHead(999).end('x')],
    ['a status that has no body', () => (_, response) => void response.writeHead(205).end('x')],
    ['status 500', () => (_, response) => void response.writeHead(500).end('x')],
    [
      'a redirect',
      () => (_, response) => void response.writeHead(302, { location: 'https://x.example' }).end(),
    ],
    ['no answer but a closed connection', () => (request) => void request.socket.destroy()],
  ];

  it.each(garbage)('keeps the last good topology: %s', async (_, make) => {
    const before = [...member.written];
    const confirmations = member.confirmations();
    member.answer('/topology', make(member));
    await member.authority.refresh();
    expect(member.version()).toBe(1);
    expect(member.written, 'what is written down stays as well').toEqual(before);
    expect(member.confirmations(), 'and nothing is confirmed').toBe(confirmations);
    expect(member.warnings.length, 'and the log says that something is wrong').toBeGreaterThan(0);

    member.answer('/topology', member.signed(member.next()));
    await member.authority.refresh();
    expect(member.version(), 'a good answer afterwards counts').toBe(2);
  });

  it('starts on what it knows, where the authority is gone', async () => {
    member.answer('/topology', (request) => void request.socket.destroy());
    await member.authority.start();
    expect(member.version()).toBe(1);
    expect(member.warnings[0]).toContain('going on with the last good state');
  });

  it('gives up what it waits for when it comes to its end', async () => {
    let heard = 0;
    member.answer('/topology', () => void heard++);
    const { transport, url } = member.authority;
    const asked = transport(new Request(`${url}/topology`));
    asked.catch(() => {});
    await expect.poll(() => heard).toBe(1);
    await member.authority[Symbol.asyncDispose]();
    await expect(asked).rejects.toThrow('no longer asked');
  });
});

describe('a member that hears malformed events', () => {
  let member: Awaited<ReturnType<typeof startMember>>;
  let streams: ServerResponse[];
  let asked: number;
  beforeEach(async () => {
    member = await startMember();
    streams = [];
    asked = 0;
    const text = member.signed(member.first);
    member.answer('/topology', (_, response) => {
      asked++;
      response.end(text);
    });
    member.answer('/events', events(streams));
    await member.authority.start();
    await expect.poll(() => streams.length).toBe(1);
    // Once at the start, once more because the stream is open.
    await expect.poll(() => asked).toBe(2);
  });
  afterEach(() => member[Symbol.asyncDispose]());

  it('takes an event in pieces, and passes what is none over', async () => {
    const [stream] = streams;
    stream?.write(Buffer.from([0xff, 0xfe, 0x00, 0x0a]));
    stream?.write('\n\r\n: a comment\n\nid: 7\nretry: x\nevent\nevent:\n\nnonsense without a colon\n\n');
    for (const piece of [
      'eve',
      'nt: topo',
      'logy\r',
      '\nda',
      'ta: {"version"',
      ':\r\n',
      'data: }}}\r\n',
      '\r\n',
    ])
      stream?.write(piece);
    await expect.poll(() => asked).toBe(3);
    expect(member.version()).toBe(1);
    expect(streams).toHaveLength(1);
  });

  it.each([
    ['a line without an end', 'data: '],
    ['an event without an end', 'data: x\n'],
  ])('gives the stream up at %s, and opens another', async (_, unit) => {
    const [stream] = streams;
    stream?.write(unit === 'data: ' ? `data: ${'x'.repeat(70_000)}` : unit.repeat(70_000));
    await expect.poll(() => streams.length, { timeout: 10_000 }).toBe(2);
    expect(member.warnings.join('\n')).toContain('too long');
    // The new stream is as good as the first one was.
    const before = asked;
    streams[1]?.write('data: x\n\n');
    await expect.poll(() => asked).toBeGreaterThan(before);
    expect(member.version()).toBe(1);
  });

  it('opens another stream where one ends or is refused', async () => {
    streams[0]?.destroy();
    await expect.poll(() => streams.length, { timeout: 10_000 }).toBe(2);
    expect(member.version()).toBe(1);
  });
});
