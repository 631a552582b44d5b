import { describe, expect, it } from 'vitest';
import type { ConnectionRefusal } from '../refusal/connection-refusal.ts';
import { logRefusal } from './log-refusal.ts';
import { RefusalLimit } from './refusal-limit.ts';

function start() {
  const clock = { now: 1_000_000 };
  const lines: Record<string, unknown>[] = [];
  const write = (fields: object, msg: string) => void lines.push({ ...fields, msg });
  const log = { debug: write, info: write, warn: write, error: write };
  const told = logRefusal(log, new RefusalLimit(() => clock.now));
  const refuse = (when: ConnectionRefusal['when'], more: Partial<ConnectionRefusal> = {}) =>
    told({
      rejection: {
        reason: 'throttled',
        message: 'expected at most 1,000 open connections',
        remedy: 'wait',
      } as ConnectionRefusal['rejection'],
      verdict: undefined,
      peer: undefined,
      link: {
        name: 'clients',
        direction: 'inbound',
        interface: 'external',
        purpose: 'client',
      },
      when,
      remoteAddress: '192.0.2.1',
      remotePort: 40_000,
      ...more,
    });
  return { clock, lines, refuse };
}

function named(server: string): NonNullable<ConnectionRefusal['peer']> {
  return { server, dnsNames: [server], uris: [], subject: '' } as unknown as NonNullable<
    ConnectionRefusal['peer']
  >;
}

describe('a refused connection', () => {
  it('is one line with reason, peer, link, time of the refusal and remedy', () => {
    const { lines, refuse } = start();
    refuse('handshake');
    expect(lines).toEqual([
      {
        event: 'refused',
        reason: 'throttled',
        peer: 'unknown',
        link: 'clients',
        when: 'handshake',
        from: '192.0.2.1:40000',
        remedy: 'wait',
        msg: 'expected at most 1,000 open connections',
      },
    ]);
  });

  it('of a peer that has proven nothing shows what its certificate claims as a claim, not as the peer', () => {
    const { lines, refuse } = start();
    refuse('handshake', { claimed: 'access.contoso.example' });
    expect(lines[0]).toMatchObject({ peer: 'unknown', claimed: 'access.contoso.example' });
  });

  it('has a short line, however long the names in a certificate are', () => {
    const { lines, refuse } = start();
    const long = `${'x'.repeat(30_000)}.example`;
    const rejection = { reason: 'no-path', message: `expected a path, found ${long}`, remedy: 'wait' };
    refuse('handshake', {
      claimed: long,
      rejection: rejection as unknown as ConnectionRefusal['rejection'],
    });
    refuse('live', { peer: named(long) });
    for (const line of lines) expect(JSON.stringify(line).length).toBeLessThan(2_000);
    expect(lines[0]).toMatchObject({
      reason: 'no-path',
      claimed: expect.stringMatching(/^x+ … .*\.example$/),
    });
  });

  it('that had a verdict has its own line each time', () => {
    const { lines, refuse } = start();
    for (const when of ['handshake', 'live', 'peer', 'handshake'] as const) refuse(when);
    expect(lines.map(({ when }) => when)).toEqual(['handshake', 'live', 'peer', 'handshake']);
  });

  it('has one of ten lines that its peer gets in a second, and the next line has the number of those without', () => {
    const { clock, lines, refuse } = start();
    for (let count = 0; count < 500; count++) refuse('handshake');
    expect(lines).toHaveLength(10);
    clock.now += 999;
    refuse('handshake');
    expect(lines).toHaveLength(10);
    clock.now += 1;
    refuse('handshake');
    expect(lines).toHaveLength(11);
    expect(lines[10]).toMatchObject({ more: 491 });
    refuse('handshake');
    expect(lines[11]).not.toHaveProperty('more');
  });

  it('does not use up the lines of other peers: other addresses, other proven names', () => {
    const { lines, refuse } = start();
    for (let count = 0; count < 50; count++) refuse('handshake');
    refuse('handshake', { remoteAddress: '192.0.2.2' });
    refuse('live', { peer: named('fe01.contoso.example') });
    refuse('live', { peer: named('fe02.contoso.example') });
    expect(lines.slice(10)).toMatchObject([
      { from: '192.0.2.2:40000' },
      { peer: 'fe01.contoso.example' },
      { peer: 'fe02.contoso.example' },
    ]);
  });

  it('counts for the /64 of an IPv6 address, of which a peer has as many as it likes', () => {
    const { lines, refuse } = start();
    for (let count = 0; count < 500; count++)
      refuse('handshake', { remoteAddress: `2001:db8::${count.toString(16)}` });
    expect(lines).toHaveLength(10);
  });

  it('has one of a hundred lines in a second where its peer was never admitted, from however many addresses', () => {
    const { clock, lines, refuse } = start();
    const fromAll = () => {
      for (let count = 0; count < 3_000; count++)
        refuse('handshake', { remoteAddress: `192.0.${count >> 8}.${count & 255}` });
    };
    fromAll();
    expect(lines).toHaveLength(100);
    refuse('live', { peer: named('fe01.contoso.example') });
    expect(lines).toHaveLength(101);
    clock.now += 1_000;
    fromAll();
    expect(lines).toHaveLength(201);
  });

  it('has one of those hundred lines where its peer was admitted and has proven nothing, as anybody is who shows no certificate', () => {
    const { lines, refuse } = start();
    for (let count = 0; count < 3_000; count++)
      refuse('live', { remoteAddress: `192.0.${count >> 8}.${count & 255}` });
    expect(lines).toHaveLength(100);
  });

  it('is counted even where its peer is one of too many to remember', () => {
    const { clock, lines, refuse } = start();
    for (let count = 0; count < 3_000; count++)
      refuse('handshake', { remoteAddress: `192.0.${count >> 8}.${count & 255}` });
    clock.now += 1_000;
    for (let count = 2_999; count >= 0; count--) {
      refuse('handshake', { remoteAddress: `192.0.${count >> 8}.${count & 255}` });
      clock.now += 1_000;
    }
    const counted = (field: string) =>
      lines.reduce((sum, line) => sum + ((line[field] as number | undefined) ?? 0), 0);
    expect(lines.length + counted('more') + counted('moreOfOthers')).toBe(6_000);
    expect(counted('moreOfOthers')).toBeGreaterThan(0);
  });

  it('that a limit refused before the handshake shares a line a second with the others, and all are counted', () => {
    const { clock, lines, refuse } = start();
    for (let count = 0; count < 500; count++) refuse('admission');
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toHaveProperty('more');
    clock.now += 999;
    refuse('admission');
    expect(lines).toHaveLength(1);
    refuse('handshake');
    expect(lines[1]).not.toHaveProperty('more');
    clock.now += 1;
    refuse('admission');
    expect(lines[2]).toMatchObject({ when: 'admission', more: 500 });
    clock.now += 1_000;
    refuse('admission');
    expect(lines[3]).not.toHaveProperty('more');
  });

  it('is not kept quiet by a clock that was set back', () => {
    const { clock, lines, refuse } = start();
    refuse('admission');
    clock.now -= 3_600_000;
    refuse('admission');
    expect(lines).toHaveLength(2);
  });
});

describe('the log of refusals', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'x'],
    ['a function without methods', (): void => {}],
    ['an object without methods', {}],
    ['an object whose warn is not a method', { warn: true }],
  ])('is refused at once where it cannot be written to: %s', (_, log) => {
    expect(() => logRefusal(log as never)).toThrow(
      expect.objectContaining({
        code: 'ENTENTE_OPTION_INVALID',
        place: 'first argument of logRefusal',
        sentence: expect.stringContaining('expected the first argument to be a log with the method warn'),
      }),
    );
  });

  it('may be a function that has the method, or an object that has it from its class', () => {
    class Logger {
      warn(): void {}
    }
    expect(logRefusal(Object.assign((): void => {}, { warn(): void {} }) as never)).toBeTypeOf('function');
    expect(logRefusal(new Logger() as never)).toBeTypeOf('function');
    expect(logRefusal(console)).toBeTypeOf('function');
  });

  it('has no limit but one that counts', () => {
    const invalid = { code: 'ENTENTE_OPTION_INVALID', place: 'second argument of logRefusal' };
    for (const limit of [null, 10, {}])
      expect(() => logRefusal(console, limit as never)).toThrow(expect.objectContaining(invalid));
  });
});
