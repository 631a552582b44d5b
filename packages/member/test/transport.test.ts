import type { ServerResponse } from 'node:http';
import { Agent, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createTestAuthority } from '@entente/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTransport, type TransportOptions } from '../src/authority/transport.ts';

describe('a request to the authority', () => {
  let answer: (response: ServerResponse) => void;
  let ask: (options: Partial<TransportOptions>) => Promise<Response>;
  let close: () => void;
  beforeAll(async () => {
    const authority = await createTestAuthority('Contoso Root');
    const { chainPem, keyPem } = await authority.issue({ dnsNames: ['ca.contoso.example'] });
    const server = createServer({ cert: chainPem, key: keyPem }, (_request, response) => answer(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const agent = new Agent({ ca: authority.certificatePem });
    const { port } = server.address() as AddressInfo;
    ask = (options) =>
      createTransport({ agent, address: '127.0.0.1', ...options })(
        new Request(`https://ca.contoso.example:${port}/topology`),
      );
    close = () => {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    };
  });
  afterAll(() => close());

  it('gives the status, the header fields and the body', async () => {
    answer = (response) =>
      response.writeHead(404, { 'content-type': 'text/plain', 'x-many': ['a', 'b'] }).end('no');
    const response = await ask({});
    expect([response.status, response.headers.get('x-many'), await response.text()]).toEqual([
      404,
      'a, b',
      'no',
    ]);
  });

  it('is given up when its time is over, however steadily something comes', async () => {
    let open: ServerResponse | undefined;
    answer = (response) => {
      open = response.writeHead(200);
      const drip = () => void (response.destroyed || response.write('x', () => setImmediate(drip)));
      drip();
    };
    await expect(ask({ deadlineMs: 50 })).rejects.toThrow('not answered in full within 50 ms');
    await expect.poll(() => open?.destroyed).toBe(true);
  });

  it.each([
    ['while it waits for the answer', 'request'],
    ['while the answer comes', 'response'],
  ] as const)('is given up when whoever asks comes to an end: %s', async (_, moment) => {
    const stop = new AbortController();
    answer = (response) => {
      if (moment === 'response') response.writeHead(200).write('x', () => stop.abort());
      else stop.abort();
    };
    const asked = ask({ signal: stop.signal });
    await expect(asked).rejects.toThrow('no longer asked');
    await expect(ask({ signal: stop.signal }), 'and none begins afterwards').rejects.toThrow(
      'no longer asked',
    );
  });

  it('is given up at once where there is no connection yet', async () => {
    const stop = new AbortController();
    const agent = new Agent();
    agent.createConnection = () => {
      setImmediate(() => stop.abort());
      return undefined;
    };
    await expect(ask({ agent, signal: stop.signal })).rejects.toThrow('no longer asked');
  });

  it('is given up where the answer is larger than it may be', async () => {
    answer = (response) => void response.end('x'.repeat(1_001));
    await expect(ask({ maxBytes: 1_000 })).rejects.toThrow('larger than 1000 bytes');
    answer = (response) => void response.end('x'.repeat(1_000));
    expect((await (await ask({ maxBytes: 1_000 })).text()).length).toBe(1_000);
  });

  it.each([199, 205, 600, 999])('fails, and nothing else does, at status %i', async (status) => {
    answer = (response) => void response.writeHead(status).end('x');
    await expect(ask({})).rejects.toThrow();
  });
});
