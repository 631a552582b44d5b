import { once } from 'node:events';
import type { TestAuthority } from '@entente/testkit';
import type { RelayOrder, RelayPorts } from '../bare/relay.ts';
import { buildScript } from '../built.ts';
import type { LoadOrder, LoadTls } from './order.ts';
import { cores, nextMessage, startPinnedBuilt } from './pinned-process.ts';

/** The bare relay, running in a process of its own. */
export interface BareRelay extends AsyncDisposable {
  readonly pid: number;
  /** The file that it runs. */
  readonly script: string;
  /** Where callers and called connect, as the generator is told. */
  readonly sides: Pick<LoadOrder, 'caller' | 'called'>;
  /** Ends it; resolves when its process has ended. */
  stop(): Promise<void>;
}

/**
 * Starts the bare relay with certificates of its own.
 *
 * @param authority Issues them; the relay itself knows nothing but what OpenSSL checks.
 * @param nodeFlags Further flags for the Node that it runs on.
 */
export async function startBareRelay(
  authority: TestAuthority,
  nodeFlags: readonly string[] = [],
): Promise<BareRelay> {
  const servername = 'relay.contoso.example';
  const own = await authority.issue({ dnsNames: [servername] });
  const peer = await authority.issue({ dnsNames: ['load.contoso.example'] });
  const anchorPem = authority.certificatePem;
  const built = await buildScript(new URL('../bare/relay.ts', import.meta.url), 'sip');
  const child = startPinnedBuilt(built.file, cores.server, nodeFlags);
  const order: RelayOrder = { certificatePem: own.chainPem, keyPem: own.keyPem, anchorPem };
  child.send(order);
  const { callerPort, calledPort } = await nextMessage<RelayPorts>(child);
  const identity = { certificatePem: peer.chainPem, keyPem: peer.keyPem };
  const base: Omit<LoadTls, 'port'> = { host: '127.0.0.1', servername, anchorPem, identity };
  return {
    pid: child.pid as number,
    script: built.file,
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
    sides: { caller: { ...base, port: callerPort }, called: { ...base, port: calledPort } },
    async [Symbol.asyncDispose]() {
      child.kill();
      await built[Symbol.asyncDispose]();
    },
  };
}
