import * as tls from 'node:tls';
import { type ConnectionRefusal, type MutualServeOptions, serve, type TrustedServer } from '@entente/tls';
import { afterEach, beforeEach } from 'vitest';
import { clientName, makeWorld, type World } from './fixture.ts';

/** A world of its own for each test of the file, and servers in it that greet whom they admit. */
export interface GreetingServers {
  readonly world: World;
  /** Of the servers of this test. */
  readonly refusals: ConnectionRefusal[];
  /** Options of a server that admits the one client of the world. */
  common(): MutualServeOptions;
  /** Starts a server that says `hello` and ends the connection. */
  greet(options?: Partial<MutualServeOptions>): Promise<TrustedServer<tls.Server>>;
  /** Called after the test. */
  closeAfterwards(close: () => Promise<void>): void;
}

/** Call it at the top of a test file. */
export function useGreetingServers(): GreetingServers {
  let world: World | undefined;
  let refusals: ConnectionRefusal[] = [];
  const closers: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    world = await makeWorld();
    refusals = [];
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  const servers: GreetingServers = {
    get world() {
      if (world === undefined) throw new Error('there is a world within tests only');
      return world;
    },
    get refusals() {
      return refusals;
    },
    common: () => ({
      trust: servers.world.trust,
      identity: servers.world.server,
      allow: [clientName],
      host: '127.0.0.1',
      onRefusal: (refusal) => refusals.push(refusal),
    }),
    async greet(options = {}) {
      const server = await serve(tls, { ...servers.common(), ...options }, (socket) => socket.end('hello'));
      closers.push(() => server.close());
      return server;
    },
    closeAfterwards: (close) => void closers.push(close),
  };
  return servers;
}
