import { once } from 'node:events';
import { connect as plain } from 'node:net';
import { setImmediate as settled } from 'node:timers/promises';
import * as tls from 'node:tls';
import { runInNewContext } from 'node:vm';
import { type ConnectOptions, connect, type ServeOptions, serve, type TrustError } from '@entente/tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ended, serverName } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
let warnings: string[] = [];
let unhandled: unknown[] = [];
const warn = (warning: Error) => void warnings.push(warning.message);
/** What would end a process that has no listener for it. */
const hear = (reason: unknown) => void unhandled.push(reason);
beforeEach(() => {
  warnings = [];
  unhandled = [];
  process.on('warning', warn);
  process.on('unhandledRejection', hear);
});
afterEach(() => {
  process.off('warning', warn);
  process.off('unhandledRejection', hear);
});

/** Functions of an application that fail with a sentence, each in its way. */
const failing: readonly [string, (sentence: string) => () => unknown][] = [
  [
    'throws',
    (sentence) => () => {
      throw new Error(sentence);
    },
  ],
  [
    'is rejected',
    (sentence) => async () => {
      throw new Error(sentence);
    },
  ],
  [
    'is a rejected promise of another realm',
    (sentence) => () => runInNewContext('Promise.reject(error)', { error: new Error(sentence) }) as unknown,
  ],
  [
    'is an object with a then that throws',
    (sentence) => () => ({
      // biome-ignore lint/suspicious/noThenProperty: what a library may return
      then() {
        throw new Error(sentence);
      },
    }),
  ],
];

/** Someone without a certificate, or without TLS at all. */
async function knock(port: number): Promise<void> {
  const socket = plain(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
}

const reach = (port: number, more: Partial<ConnectOptions>) => {
  const { client, trust } = servers.world;
  return connect({
    host: '127.0.0.1',
    port,
    trust,
    identity: client,
    expect: { mode: 'host', name: serverName },
    allow: [serverName],
    ...more,
  });
};

describe.each(failing)('a function of the application that %s', (how, fails) => {
  it('as onRefusal of a listener is a fault, and the listener goes on', async () => {
    const faults: string[] = [];
    const { port } = await servers.greet({
      onRefusal: fails(`1 ${how}`) as () => void,
      onFault: (fault) => faults.push((fault as Error).message),
    });
    await knock(port);
    await knock(port);
    await settled();
    expect(faults).toEqual([`1 ${how}`, `1 ${how}`]);
    expect(unhandled).toEqual([]);
  });

  it('as onFault of a listener is a warning of the process', async () => {
    const { port } = await servers.greet({
      onRefusal: () => {
        throw new Error('the log is full');
      },
      onFault: fails(`2 ${how}`) as () => void,
    });
    await knock(port);
    await settled();
    expect(warnings).toContain(`2 ${how}`);
    expect(unhandled).toEqual([]);
  });

  it('as onRefusal of a client is a warning, and the refusal stays what it is', async () => {
    const { port } = await servers.greet();
    const error = await reach(port, { allow: [], onRefusal: fails(`3 ${how}`) as () => void }).catch(
      (refused: unknown) => refused,
    );
    expect(error).toMatchObject({ code: 'ENTENTE_REFUSED' });
    expect((error as TrustError).verdict).toBeDefined();
    await settled();
    expect(warnings).toContain(`3 ${how}`);
    expect(unhandled).toEqual([]);
  });
});

describe('a promise of onFault that is rejected', () => {
  it('is a warning where a listener says that its own certificate has expired', async () => {
    const { clock, issue, trust } = servers.world;
    const now = clock.now();
    const identity = await issue({ dnsNames: [serverName], notBefore: now - 3e8, notAfter: now - 1e8 });
    const onFault = async () => {
      throw new Error('the pager is off');
    };
    const options = { trust, identity, allow: [], host: '127.0.0.1', onFault } as ServeOptions;
    const server = await serve(tls, options, (socket) => socket.end());
    servers.closeAfterwards(() => server.close());
    await expect.poll(() => warnings).toContain('the pager is off');
    expect(unhandled).toEqual([]);
  });
});

describe('a server that closes before its first byte', () => {
  const closes = async (when: 'at once' | 'after a byte') => {
    const server = await serve(tls, servers.common(), (socket) => {
      if (when === 'at once') socket.end();
      else socket.once('data', () => socket.destroy());
    });
    servers.closeAfterwards(() => server.close());
    return server.port;
  };

  it('may have refused what was sent as well as the certificate', async () => {
    const socket = await reach(await closes('after a byte'), {});
    socket.write('hello');
    const { error } = await ended(socket);
    expect(error).toMatchObject({ rejection: { reason: 'peer-refused', sent: true } });
    expect(error?.message).toContain('it refused the certificate or ended what was sent');
  });

  it('has refused the certificate where nothing was sent', async () => {
    const socket = await reach(await closes('at once'), {});
    const { error } = await ended(socket);
    expect(error).toMatchObject({ rejection: { reason: 'peer-refused' } });
    expect((error as TrustError).rejection).not.toHaveProperty('sent');
    expect(error?.message).not.toContain('what was sent');
  });
});
