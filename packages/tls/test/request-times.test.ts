import type { RequestListener } from 'node:http';
import * as https from 'node:https';
import { serve } from '@entente/tls';
import { expect, it } from 'vitest';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();

it.each([
  [10_000, 2_000],
  [600_000, 30_000],
  [1, 1],
  [undefined, undefined],
])(
  'a request that may take %s ms is looked at every %s ms: its time is over when it is',
  async (requestTimeoutMs, everyMs) => {
    const made: https.ServerOptions[] = [];
    const module = {
      ...https,
      createServer: ((options: https.ServerOptions, handler: RequestListener) => {
        made.push(options);
        return https.createServer(options, handler);
      }) as typeof https.createServer,
    };
    const http = requestTimeoutMs === undefined ? {} : { requestTimeoutMs };
    const server = await serve(module, { ...servers.common(), http }, () => {});
    servers.closeAfterwards(() => server.close());
    expect(made.map(({ connectionsCheckingInterval }) => connectionsCheckingInterval)).toEqual([everyMs]);
  },
);
