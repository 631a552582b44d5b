import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFrontEnd } from './wire-network.ts';

const fields = (count: number, value = 'x') => new Array(count).fill(['X-Filler', value] as const);

describe('a message that is large', () => {
  let network: Awaited<ReturnType<typeof startFrontEnd>>;
  let alice: Awaited<ReturnType<typeof network.user>>;
  let bob: Awaited<ReturnType<typeof network.user>>;
  let server: Awaited<ReturnType<typeof network.server>>;
  beforeAll(async () => {
    network = await startFrontEnd();
    alice = await network.user('alice');
    bob = await network.user('bob');
    server = await network.server('app1.contoso.example');
  });
  afterAll(() => network[Symbol.asyncDispose]());
  const send = async (peer: typeof alice, as: string, headers: ReturnType<typeof fields>) =>
    (await peer.ask('MESSAGE', 'sip:bob@contoso.example', { as, headers })).status;

  it('is measured with what we add before it is sent: its sender hears 513, and the next hop nothing', async () => {
    // With From, To, Via and the like it has the 256 lines that servers take from each other.
    expect(await send(server, 'app1', fields(249))).toBe(513);
    expect(bob.received).toEqual([]);
    expect(bob.refused).toBe(0);
    expect(await send(server, 'app1', fields(200)), 'and the link goes on').toBe(200);
    expect(bob.received).toHaveLength(1);
    expect(network.lines).toContainEqual(
      expect.objectContaining({ event: 'refused', reason: 'message-too-large', status: 513 }),
    );
  });

  it('may have half of what servers take from each other where a client sends it', async () => {
    expect(await send(alice, 'alice', fields(130))).toBe(513);
    expect(await send(alice, 'alice', fields(1, 'x'.repeat(32_768)))).toBe(513);
    expect(await send(alice, 'alice', fields(100))).toBe(200);
    expect(await send(server, 'app1', fields(1, 'x'.repeat(32_768)))).toBe(200);
  });

  it('closes no link where it is refused', async () => {
    expect(await send(server, 'app1', fields(300))).toBe(513);
    expect(await send(server, 'app1', fields(1, 'x'.repeat(70_000)))).toBe(513);
    expect(await send(server, 'app1', [])).toBe(200);
    expect(server.connections).toBe(1);
  });
});
