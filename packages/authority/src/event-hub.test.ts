import { describe, expect, it } from 'vitest';
import { createEventHub } from './event-hub.ts';

const topology = { type: 'topology', version: 7, hash: 'ab' } as const;
const crl = { type: 'crl', issuer: '0123456789abcdef', number: 3 } as const;

async function textOf(response: Response | undefined): Promise<string> {
  if (response === undefined) throw new Error('the hub is full');
  return response.text();
}

describe('the stream of events', () => {
  it('begins with where things stand, then says what happens', async () => {
    const hub = createEventHub();
    const text = textOf(hub.listen([topology], 'fe01'));
    hub.announce(crl);
    hub.pulse();
    hub.close();
    expect(await text).toBe(
      'retry: 1000\n\nevent: topology\ndata: {"version":7,"hash":"ab"}\n\nevent: crl\ndata: {"issuer":"0123456789abcdef","number":3}\n\n:\n\n',
    );
  });

  it('forgets a listener that goes away', () => {
    const hub = createEventHub();
    const body = hub.listen([], 'fe01')?.body;
    void body?.cancel();
    expect(() => hub.announce(crl)).not.toThrow();
  });

  it('cuts off a listener that does not read, and keeps nothing more for it', async () => {
    const hub = createEventHub();
    const silent = hub.listen([], 'fe01');
    for (let number = 1; number <= 200; number++) hub.announce({ ...crl, number });
    await expect(silent?.text()).rejects.toThrow('too slowly');
  });

  it('has two streams at most for each listener, and ends the oldest for a third', async () => {
    const hub = createEventHub();
    const streams = [1, 2, 3].map(() => hub.listen([], 'fe01'));
    const other = hub.listen([], 'fe02');
    expect(await streams[0]?.text()).toBe('retry: 1000\n\n');
    hub.announce(crl);
    hub.close();
    for (const stream of [streams[1], streams[2], other])
      expect(await stream?.text()).toContain('event: crl');
  });

  it('is full at a bound, says so, and has room again when a listener goes away', () => {
    const hub = createEventHub(2);
    const [first] = ['fe01', 'fe02'].map((name) => hub.listen([], name));
    expect(hub.isFull()).toBe(true);
    expect(hub.listen([], 'fe03')).toBeUndefined();
    void first?.body?.cancel();
    expect(hub.isFull()).toBe(false);
    expect(hub.listen([], 'fe03')).toBeDefined();
  });
});
