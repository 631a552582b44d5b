import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, startMember } from './hostile-authority.ts';
import { nextDocument } from './sample-domain.ts';

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
    await member.follower.refresh();
    expect(member.confirmed, member.warnings.join()).toHaveLength(1);
  });
  afterEach(() => member[Symbol.asyncDispose]());

  const garbage: readonly [
    string,
    (of: Pick<typeof member, 'impostor' | 'next' | 'signed'>) => Answer | string,
  ][] = [
    ['nothing', () => ''],
    ['another kind of document', () => '<html>busy</html>'],
    ['half of a document', (of) => of.signed(of.next()).slice(0, 200)],
    ['a document of null', () => 'null'],
    ['a document that somebody else signed', (of) => of.signed(of.next(), of.impostor)],
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
    const { confirmedAt } = member.state.lastKnown;
    let heard = 0;
    member.state.onChange(() => void heard++);
    member.names(member.next());
    member.answer('/topology', make(member));
    await member.follower.refresh();
    expect(member.version()).toBe(1);
    expect(heard, 'and no listener is called').toBe(0);
    expect(member.written, 'what is on disk stays as well').toEqual(before);
    expect(member.state.lastKnown.confirmedAt, 'and nothing is confirmed').toBe(confirmedAt);
    expect(member.warnings.length, 'and the log says that something is wrong').toBeGreaterThan(0);

    member.answer('/topology', member.signed(member.next()));
    await member.follower.refresh();
    expect(member.version(), 'a good answer afterwards counts').toBe(2);
    expect(heard).toBe(1);
  });

  // Without one in force no version is ahead: it is what the administrators have signed.
  const neverGood = garbage.filter(([what]) => what !== 'a version that is far ahead');
  it.each(neverGood)('has no first topology: %s', async (_, make) => {
    member.answer('/topology', make(member));
    await expect(member.fetchFirst()).rejects.toThrow();
    member.answer('/topology', member.signed(member.first));
    expect((await member.fetchFirst()).topology.document).toEqual(member.first);
  });

  it('fails with a code and a remedy where the first topology is refused', async () => {
    member.answer('/topology', member.signed(member.first, member.impostor));
    await expect(member.fetchFirst()).rejects.toMatchObject({
      code: 'ENTENTE_MEMBER_TOPOLOGY',
      place: member.authority.url,
      remedy: expect.stringMatching(/./),
    });
  });

  it.each([
    ['has none yet', (_, response) => void response.writeHead(404).end()],
    ['does not answer', (request) => void request.socket.destroy()],
  ] satisfies [string, Answer][])(
    'fails with a code and a remedy where the authority %s',
    async (_, answer) => {
      member.answer('/topology', answer);
      await expect(member.fetchFirst()).rejects.toMatchObject({
        code: 'ENTENTE_MEMBER_UNREACHABLE',
        place: member.authority.url,
        remedy: expect.stringContaining('publish a topology'),
      });
    },
  );

  it('starts on what it knows, where the authority is gone', async () => {
    member.answer('/state', (request) => void request.socket.destroy());
    await member.follower.start();
    expect(member.version()).toBe(1);
    expect(member.warnings[0]).toContain('the last good state stays in force');
  });

  it('has a new topology in force where it cannot be written, and leaves the disk with the confirmation of the old one', async () => {
    const before = [...member.confirmed];
    member.fillDisk(true);
    member.publish(member.next());
    await member.follower.refresh();
    expect(member.version()).toBe(2);
    expect(member.warnings.join()).toContain('disk full');
    expect(member.confirmed).toEqual(before);
    member.fillDisk(false);
    await member.follower.refresh();
    expect(member.written.at(-1)).toBe('topology 2');
    expect(member.confirmed.at(-1)).toBe(member.state.lastKnown.confirmedAt);
  });

  it('waits for no disk: what is newer comes into force while a write does not end, and the newest is written once it does', async () => {
    const thaw = member.freezeDisk();
    const second = member.next();
    member.publish(second);
    void member.follower.refresh();
    await expect.poll(() => member.version()).toBe(2);
    member.publish(nextDocument(second, { title: 'third' }));
    const third = member.follower.refresh();
    await expect.poll(() => member.version()).toBe(3);
    const before = member.written.filter((one) => one !== 'lists').length;
    thaw();
    // It is in force a moment before it waits for the disk.
    await third;
    await member.follower.written();
    const since = member.written.filter((one) => one !== 'lists').slice(before);
    expect(since.at(-1)).toBe('topology 3');
    expect(member.confirmed.at(-1)).toBe(member.state.lastKnown.confirmedAt);
  });

  it('goes through the versions that it has missed, and stays where one of them cannot be had', async () => {
    const second = member.next();
    const third = nextDocument(second, { title: 'third' });
    member.publish(third);
    await member.follower.refresh();
    expect(member.version()).toBe(1);
    member.answer('/topology/2', member.signed(second));
    await member.follower.refresh();
    expect(member.version()).toBe(3);
  });

  it('takes nothing up and writes nothing once it has come to its end', async () => {
    const before = [...member.written];
    const { lastKnown } = member.state;
    let release = (): void => {};
    member.names(member.next());
    const asked = new Promise<void>((resolve) => {
      member.answer('/topology', (_, response) => {
        resolve();
        release = () => response.end(member.signed(member.next()));
      });
    });
    const refreshing = member.follower.refresh();
    await asked;
    const ending = member.follower[Symbol.asyncDispose]();
    release();
    await Promise.all([refreshing, ending]);
    expect(member.version()).toBe(1);
    expect(member.state.lastKnown).toEqual(lastKnown);
    expect(member.written).toEqual(before);
    expect(member.warnings).toEqual([]);
  });

  it('has on its disk at its end what had just come into force', async () => {
    member.answer('/domain-keys', () => {});
    member.publish(member.next());
    void member.follower.refresh();
    await expect.poll(() => member.version()).toBe(2);
    await member.authority[Symbol.asyncDispose]();
    await member.follower[Symbol.asyncDispose]();
    expect(member.written).toContain('topology 2');
    expect(member.confirmed.at(-1)).toBe(member.state.lastKnown.confirmedAt);
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
    member.answer('/state', (request, response) => {
      asked++;
      member.goodState(request, response);
    });
    member.answer('/events', events(streams));
    await member.follower.start();
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
    await expect.poll(() => streams.length).toBe(2);
    expect(member.warnings.join('\n')).toContain('an event is too long');
    // The new stream is as good as the first one was.
    const before = asked;
    streams[1]?.write('data: x\n\n');
    await expect.poll(() => asked).toBeGreaterThan(before);
    expect(member.version()).toBe(1);
  });

  it('closes a stream that answers with an error and does not end', async () => {
    let open = 0;
    member.answer('/events', (_, response) => {
      open++;
      response.on('close', () => open--);
      response.writeHead(500).write('x');
    });
    streams[0]?.destroy();
    await expect.poll(() => member.warnings.join()).toContain('status 500');
    await expect.poll(() => open).toBe(0);
  });

  it('opens another stream where one ends or is refused', async () => {
    streams[0]?.destroy();
    await expect.poll(() => streams.length).toBe(2);
    expect(member.version()).toBe(1);
  });
});
