import * as tls from 'node:tls';
import { ofAnotherRealm } from '@entente/testkit/realm';
import { connect, openTrust, serve, type Trust } from '@entente/tls';
import type { TlsaRecord } from '@entente/trust';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientName, makeWorld, serverName, type World } from './fixture.ts';

let world: World;
let port: number;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  world = await makeWorld();
  const { trust, server: identity } = world;
  const server = await serve(tls, { trust, identity, allow: [clientName], host: '127.0.0.1' }, (socket) =>
    socket.end(),
  );
  closers.push(() => server.close());
  ({ port } = server);
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** `trusted`, or why not. */
async function dial(options: {
  readonly trust?: Trust;
  readonly dane?: readonly TlsaRecord[];
}): Promise<string> {
  const { trust = world.trust, dane } = options;
  try {
    const socket = await connect({
      host: '127.0.0.1',
      port,
      trust,
      identity: world.client,
      expect: { mode: 'host', name: serverName },
      allow: [serverName],
      ...(dane === undefined ? {} : { dane: { host: serverName, records: dane } }),
    });
    socket.destroy();
    return 'trusted';
  } catch (fault) {
    return (fault as { rejection: { reason: string } }).rejection.reason;
  }
}

describe('a client that knows more than the chain', () => {
  it('refuses a server that its TLSA records do not fit, and takes one that they do', async () => {
    const leaf = world.server.current.leaf;
    const record = { usage: 3, selector: 1, matching: 0 };
    expect(await dial({ dane: [{ ...record, data: leaf.publicKey.der }] })).toBe('trusted');
    expect(await dial({ dane: [{ ...record, data: ofAnotherRealm(leaf.publicKey.der) }] })).toBe('trusted');
    expect(await dial({ dane: [{ ...record, data: leaf.publicKey.bits }] })).toBe('dane-mismatch');
    expect(await dial({})).toBe('trusted');
  });

  it('believes nobody while its clock is behind a time that was signed', async () => {
    let latest = world.clock.now();
    const trust = await openTrust({
      anchors: { pem: world.authority.certificatePem },
      crls: world.crls,
      clock: world.clock,
      latestSigned: () => latest,
    });
    closers.push(() => trust[Symbol.asyncDispose]());
    expect(await dial({ trust })).toBe('trusted');
    latest += 86_400_000;
    expect(await dial({ trust })).toBe('clock-untrusted');
  });
});
