import type { TestAuthority } from '@entente/testkit';
import type { RelayOrder, RelayPorts } from '../bare/relay.ts';
import { Child } from '../process/child.ts';
import { cores } from '../process/pinned.ts';
import type { LoadedServer } from './loaded-server.ts';
import type { LoadPair, LoadTls, Sides } from './order.ts';

/** The bare relay, running in a process of its own. */
export interface BareRelay extends LoadedServer {
  /** @param pairs - of another server; the relay knows no registrar: nobody registers there */
  sides(pairs: readonly LoadPair[]): Sides;
}

/**
 * Starts the bare relay with certificates of its own.
 *
 * @param authority - issues them; the relay itself knows nothing but what OpenSSL checks
 * @param flags - further flags for the Node that it runs on
 */
export async function startBareRelay(
  authority: TestAuthority,
  flags: readonly string[] = [],
): Promise<BareRelay> {
  const servername = 'relay.contoso.example';
  const own = await authority.issue({ dnsNames: [servername] });
  const peer = await authority.issue({ dnsNames: ['load.contoso.example'] });
  const anchorPem = authority.certificatePem;
  const relay = new URL('../bare/relay.ts', import.meta.url);
  const child = await Child.start(relay, { room: 'sip', core: cores.server, flags });
  const order: RelayOrder = { certificatePem: own.chainPem, keyPem: own.keyPem, anchorPem };
  const { callerPort, calledPort } = await child.ask<RelayPorts>(order);
  const identity = { certificatePem: peer.chainPem, keyPem: peer.keyPem };
  const base: Omit<LoadTls, 'port'> = { host: '127.0.0.1', servername, anchorPem, identity };
  const caller = { ...base, port: callerPort };
  const called = { ...base, port: calledPort };
  return {
    pid: child.pid,
    script: child.script,
    stop: () => child.end(),
    sides: (pairs) => ({ caller, called, pairs: pairs.map(({ from, to }) => ({ from, to })) }),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
