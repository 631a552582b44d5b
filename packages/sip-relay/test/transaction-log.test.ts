import { channel } from 'node:diagnostics_channel';
import { createResponse } from '@entente/sip';
import { createTokenSource, type NextHop, UserAgent } from '@entente/sip-endpoint';
import { FlowNames, logTransactions } from '@entente/sip-relay';
import { connect } from '@entente/tls';
import { links } from '@entente/topology';
import { afterEach, describe, expect, it } from 'vitest';
import { domain, startListeningRuntime } from './listening-runtime.ts';

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

/** A server that answers 200 to everything, and a client of it. */
async function start() {
  const { lines, port, runtime, trust } = await startListeningRuntime(
    {
      admit: (_request, origin) => origin,
      decide: (request) => ({
        kind: 'serve',
        response: createResponse(request, 200, undefined, { toTag: 't' }),
      }),
    },
    new FlowNames(),
    opened,
  );
  const hop: NextHop = { name: domain, address: '127.0.0.1', port, link: links.clientToFrontEnd };
  const agent = new UserAgent({
    addressOfRecord: `sip:alice@${domain}`,
    credentials: { secret: { username: 'alice', password: 'secret' } },
    server: hop,
    newToken: createTokenSource(),
    events: {},
    dial: async () => ({
      socket: await connect({
        host: hop.address,
        port: hop.port,
        trust,
        expect: { mode: 'sip-domain', domain },
        allow: [domain],
      }),
      link: hop.link,
    }),
  });
  opened.push(agent);
  await agent.connect();
  return { agent, lines, runtime };
}

describe('transactions of a process', () => {
  it('have a line each while they are logged, with Call-ID and status, and none before or after', async () => {
    const { agent } = await start();
    const lines: Record<string, unknown>[] = [];
    const debug = (fields: object): void => void lines.push({ ...fields });
    const stop = logTransactions({ debug, info() {}, warn() {}, error() {} });
    await agent.message(`sip:bob@${domain}`, 'hello');
    stop();
    await agent.message(`sip:bob@${domain}`, 'again');
    expect(lines).toMatchObject([
      {
        event: 'transaction',
        role: 'server',
        method: 'MESSAGE',
        status: 200,
        link: links.clientToFrontEnd.name,
      },
      { event: 'transaction', role: 'client', method: 'MESSAGE', status: 200 },
    ]);
    const [server, client] = lines;
    expect(server?.callId).toBe(client?.callId);
    expect(channel('entente:sip:transaction').hasSubscribers).toBe(false);
  });
});
