import * as tls from 'node:tls';
import { serve } from '@entente/tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeWorld, serverName } from './fixture.ts';

const dayMs = 86_400_000;
const world = await makeWorld();
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const close of closers.splice(0)) await close();
});

/** A listener that presents a certificate with these times, counted from now. */
async function listenWith(from: number, until: number, onFault?: (fault: unknown) => void) {
  const now = world.clock.now();
  const identity = await world.issue({
    dnsNames: [serverName],
    notBefore: now + from * dayMs,
    notAfter: now + until * dayMs,
  });
  const { trust } = world;
  const more = { host: '127.0.0.1', allow: [], ...(onFault !== undefined && { onFault }) };
  const server = await serve(tls, { trust, identity, ...more }, (socket) => socket.end());
  closers.push(() => server.close());
  return identity;
}

describe('what a listener presents', () => {
  const code = 'ENTENTE_CERTIFICATE_NOT_VALID';

  it('is reported where it has expired; the listener listens, and a renewed one is presented without a word', async () => {
    const faults: unknown[] = [];
    const identity = await listenWith(-3, -1, (fault) => faults.push(fault));
    expect(faults).toEqual([expect.objectContaining({ code, message: expect.stringContaining('expired') })]);
    const { certificatePem: certificate, keyPem: key } = world.server.current;
    await identity.replace({ certificate, key });
    expect(faults).toHaveLength(1);
  });

  it('is reported where its time has not come, and where it is replaced by such a one', async () => {
    const faults: unknown[] = [];
    const identity = await listenWith(1, 3, (fault) => faults.push(fault));
    const other = await world.issue({
      dnsNames: [serverName],
      notBefore: world.clock.now() - 3 * dayMs,
      notAfter: world.clock.now() - dayMs,
    });
    const { certificatePem: certificate, keyPem: key } = other.current;
    await identity.replace({ certificate, key });
    expect(faults).toEqual([
      expect.objectContaining({ code, message: expect.stringContaining('valid from') }),
      expect.objectContaining({ code, message: expect.stringContaining('expired') }),
    ]);
  });

  it('leaves nothing open where what is called fails', async () => {
    const closed = vi.spyOn(tls.Server.prototype, 'close');
    const failing = listenWith(-3, -1, () => {
      throw new Error('not reported');
    });
    await expect(failing).rejects.toThrow('not reported');
    expect(closed).toHaveBeenCalledOnce();
  });

  it('is a warning of the process where nothing else is to be called, and none where it is valid', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    await listenWith(-1, 1);
    expect(warned).not.toHaveBeenCalled();
    await listenWith(-3, -1);
    expect(warned.mock.calls).toEqual([[expect.objectContaining({ code })]]);
  });
});
