import net from 'node:net';
import { createTestAuthority, createTestLog, freePorts } from '@entente/testkit';
import { sampleDocument, sampleFrontEnd } from '@entente/testkit/topology';
import { createTrust, loadCredential } from '@entente/tls';
import { buildTopology, type ServerEntry, type Topology } from '@entente/topology';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PushService } from '../src/push/push-service.ts';
import type { DomainChange } from '../src/state/domain-state.ts';
import { TestClock } from './sample-domain.ts';

const fqdn = 'edge1.contoso.example';
const retryMs = 30_000;

describe('the port for pushes that cannot be opened at once', () => {
  let clock: TestClock;
  let port: number;
  /** Holds the port. */
  let holder: net.Server;
  let topology: Topology;
  let change: (next: Topology) => void;
  let logged: string[];
  let service: PushService;
  const stops: (() => unknown)[] = [];

  const withPort = (push: number | undefined): Topology => {
    const edge: ServerEntry = {
      fqdn,
      role: 'edge',
      interfaces: {
        internal: { address: '127.0.0.1', ports: { sip: 5061, ...(push === undefined ? {} : { push }) } },
        external: { fqdn: 'access.contoso.example', address: '127.0.0.1' },
      },
    };
    const authority: ServerEntry = { fqdn: 'ca.contoso.example', role: 'authority' };
    return buildTopology(sampleDocument({ servers: [authority, sampleFrontEnd, edge] }));
  };

  beforeEach(async () => {
    clock = new TestClock(Date.now());
    [port = 0] = await freePorts(1);
    holder = net.createServer();
    await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
    stops.push(() => new Promise((resolve) => holder.close(resolve)));
    const ca = await createTestAuthority('Contoso Root');
    const { chainPem, keyPem } = await ca.issue({ dnsNames: [fqdn] });
    const identity = await loadCredential({ certificate: chainPem, key: keyPem });
    const trust = createTrust({ judge: { judge: () => undefined as never }, version: () => '1', clock });
    stops.push(() => trust[Symbol.asyncDispose]());
    topology = withPort(undefined);
    logged = [];
    let listen: (what: DomainChange) => void = () => {};
    const state = {
      get topology() {
        return topology;
      },
      trustState: undefined,
      onChange(listener: (what: DomainChange) => void) {
        listen = listener;
        return () => {
          listen = () => {};
        };
      },
    };
    change = (next) => {
      topology = next;
      listen({ what: 'topology' } as DomainChange);
    };
    service = new PushService({
      fqdn,
      state: state as never,
      trust,
      identity,
      requests: undefined as never,
      refresh: async () => {},
      log: createTestLog(({ fields }) => void logged.push((fields as { event: string }).event)),
    });
    stops.push(() => service[Symbol.asyncDispose]());
    await service.open();
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  /** Whether it waits for its next attempt. */
  const waits = (before: number) => () => clock.waiting > before;

  it('is opened half a minute later, without another topology, and the log has the fault once', async () => {
    const before = clock.waiting;
    change(withPort(port));
    await expect.poll(waits(before)).toBe(true);
    clock.advance(retryMs);
    await expect.poll(waits(before)).toBe(true);
    expect(service.port).toBeUndefined();
    await new Promise((resolve) => holder.close(resolve));
    // Another process may have taken it for a moment: then a further attempt comes.
    const portLater = () => {
      clock.advance(retryMs);
      return service.port;
    };
    await expect.poll(portLater).toBe(port);
    expect(logged).toEqual(['push-not-listening']);
  });

  it('is not tried again once another topology has no such port, and once the server has left', async () => {
    const before = clock.waiting;
    change(withPort(port));
    await expect.poll(waits(before)).toBe(true);
    change(withPort(undefined));
    await expect.poll(waits(before)).toBe(false);
    change(withPort(port));
    await expect.poll(waits(before)).toBe(true);
    await service[Symbol.asyncDispose]();
    expect(clock.waiting).toBe(before);
  });
});
