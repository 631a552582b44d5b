import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DialBackoff } from './dial-backoff.ts';
import type { NextHop } from './next-hop.ts';

const hop: NextHop = {
  name: 'edge.fabrikam.example',
  address: '192.0.2.1',
  host: 'edge.fabrikam.example',
  port: 5061,
  link: { row: 0, name: 'a test' },
};
const rules = {
  firstMs: 500,
  capMs: 4_000,
  knownCapMs: 1_000,
  refusedFirstMs: 1_000,
  refusedCapMs: 2_000,
  maxHops: 3,
  maxPlaces: 2,
};
const down = new Error('connect ECONNREFUSED');
const start = 1_000_000;

describe('a hop that could not be reached', () => {
  it('is not dialled again until its time has passed, and says why', () => {
    const backoff = new DialBackoff(rules);
    expect(backoff.refusal(hop, start)).toBeUndefined();
    backoff.failed(hop, down, start, 0);
    expect(backoff.refusal(hop, start + 499)).toMatchObject({
      code: 'ENTENTE_SIP_HOP_DOWN',
      message: 'edge.fabrikam.example is not dialled again for 1 ms: connect ECONNREFUSED',
      cause: down,
    });
    expect(backoff.refusal(hop, start + 500)).toBeUndefined();
  });

  it('waits twice as long after each further failure, up to the cap', () => {
    const backoff = new DialBackoff(rules);
    let now = start;
    for (const waitMs of [500, 1_000, 2_000, 4_000, 4_000, 4_000]) {
      backoff.failed(hop, down, now, 0);
      expect(backoff.refusal(hop, now + waitMs - 1)).toBeDefined();
      expect(backoff.refusal(hop, now + waitMs)).toBeUndefined();
      now += waitMs;
    }
  });

  it('is dialled again sooner where the topology names its address: it dials nobody itself, and many wait for it', () => {
    const backoff = new DialBackoff(rules);
    const { host: _, ...known } = hop;
    let now = start;
    for (const waitMs of [500, 1_000, 1_000]) {
      backoff.failed(known, down, now, 0);
      expect(backoff.refusal(known, now + waitMs - 1)).toBeDefined();
      expect(backoff.refusal(known, now + waitMs)).toBeUndefined();
      now += waitMs;
    }
  });

  it('never waits longer than the cap, nor less than half of its time (property)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.double({ min: 0, max: 1, noNaN: true })), {
          minLength: 1,
          maxLength: 100,
        }),
        (failures) => {
          const backoff = new DialBackoff(rules);
          let now = start;
          for (const [pause, chance] of failures) {
            now += pause;
            backoff.failed(hop, down, now, chance);
            expect(backoff.refusal(hop, now + 249)).toBeDefined();
            expect(backoff.refusal(hop, now + 4_000)).toBeUndefined();
          }
        },
      ),
    );
  });

  it('begins again when it has been left alone for longer than the cap', () => {
    const backoff = new DialBackoff(rules);
    backoff.failed(hop, down, start, 0);
    backoff.failed(hop, down, start + 500, 0);
    const later = start + 1_500 + 4_001;
    backoff.failed(hop, down, later, 0);
    expect(backoff.refusal(hop, later + 500)).toBeUndefined();
  });

  it('is dialled at once where it has moved to another address or port', () => {
    const backoff = new DialBackoff(rules);
    backoff.failed(hop, down, start, 0);
    expect(backoff.refusal({ ...hop, address: '192.0.2.2' }, start)).toBeUndefined();
    expect(backoff.refusal({ ...hop, port: 5062 }, start)).toBeUndefined();
    expect(backoff.refusal({ ...hop, link: { row: 0, name: 'another' } }, start)).toBeDefined();
  });

  it('is dialled at once when it is forgiven, and its next failure is a first one', () => {
    const backoff = new DialBackoff(rules);
    backoff.failed(hop, down, start, 0);
    backoff.failed(hop, down, start + 500, 0);
    backoff.forgive(hop.name);
    expect(backoff.refusal(hop, start + 500)).toBeUndefined();
    backoff.failed(hop, down, start + 500, 0);
    expect(backoff.refusal(hop, start + 1_000)).toBeUndefined();
  });

  it('is dialled at once when it has come by itself, where it was not there before, and not where its handshake failed', () => {
    const backoff = new DialBackoff(rules);
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { syscall: 'connect' });
    const reset = Object.assign(new Error('read ECONNRESET'), { syscall: 'read' });
    const at = (address: string): NextHop => ({ ...hop, address });
    for (const [address, error] of [
      ['192.0.2.1', refused],
      ['192.0.2.2', reset],
      ['192.0.2.3', down],
    ] as const)
      backoff.failed(at(address), error, start, 0);
    backoff.forgive(hop.name, 'unreachable');
    expect(backoff.refusal(at('192.0.2.1'), start)).toBeUndefined();
    expect(backoff.refusal(at('192.0.2.2'), start)?.cause).toBe(reset);
    expect(backoff.refusal(at('192.0.2.3'), start)?.cause).toBe(down);
    backoff.forgive(hop.name);
    expect(backoff.size).toBe(0);
  });

  it('is not held up by a clock that was set back', () => {
    const backoff = new DialBackoff(rules);
    backoff.failed(hop, down, start, 0);
    expect(backoff.refusal(hop, start - 3_600_000)).toBeUndefined();
  });

  it('holds no other hop up', () => {
    const backoff = new DialBackoff(rules);
    backoff.failed(hop, down, start, 0);
    expect(backoff.refusal({ ...hop, name: 'other.example' }, start)).toBeUndefined();
  });

  it('is held up at each of its places by itself, of which it remembers a bounded number', () => {
    const backoff = new DialBackoff(rules);
    const at = (address: string): NextHop => ({ ...hop, address });
    for (const address of ['192.0.2.1', '192.0.2.2']) backoff.failed(at(address), down, start, 0);
    expect(backoff.isDown(at('192.0.2.1'), start)).toBe(true);
    backoff.reached(at('192.0.2.1'));
    expect(backoff.isDown(at('192.0.2.1'), start)).toBe(false);
    expect(backoff.isDown(at('192.0.2.2'), start)).toBe(true);
    for (const address of ['192.0.2.3', '192.0.2.4']) backoff.failed(at(address), down, start, 0);
    expect(backoff.isDown(at('192.0.2.2'), start)).toBe(false);
    expect(backoff.isDown(at('192.0.2.4'), start)).toBe(true);
  });

  it('is forgotten when too many others have failed since', () => {
    const backoff = new DialBackoff(rules);
    const named = (name: string): NextHop => ({ ...hop, name });
    for (const name of ['a', 'b', 'c', 'a', 'd']) backoff.failed(named(name), down, start, 0);
    expect(backoff.size).toBe(3);
    expect(backoff.refusal(named('b'), start)).toBeUndefined();
    expect(backoff.refusal(named('a'), start)).toBeDefined();
  });

  it('is forgiven with all others when trust or topology changes', () => {
    const backoff = new DialBackoff(rules);
    backoff.failed(hop, down, start, 0);
    backoff.forgiveAll();
    expect(backoff.refusal(hop, start)).toBeUndefined();
    expect(backoff.size).toBe(0);
  });
});
