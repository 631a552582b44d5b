import type { ConnectionRefusal } from '@entente/tls';
import { describe, expect, it } from 'vitest';
import { logRefusal } from './log-refusal.ts';
import type { Logger } from './logger.ts';

function start() {
  const clock = { now: 1_000_000 };
  const lines: Record<string, unknown>[] = [];
  const write = (fields: object, msg: string) => void lines.push({ ...fields, msg });
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
  const told = logRefusal(logger, () => clock.now);
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

  it('that had a verdict has its own line each time', () => {
    const { lines, refuse } = start();
    for (const when of ['handshake', 'live', 'peer', 'handshake'] as const) refuse(when);
    expect(lines.map(({ when }) => when)).toEqual(['handshake', 'live', 'peer', 'handshake']);
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
