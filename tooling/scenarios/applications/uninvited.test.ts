import { once } from 'node:events';
import net from 'node:net';
import { links } from '@entente/topology';
import { afterEach, describe, expect, it } from 'vitest';
import { dialAt } from '../harness/impostor.ts';
import { Opened } from '../harness/opened.ts';
import { startApplicationNetwork } from './testing/application-network.ts';

const frontEnd = 'fe1.contoso.example';
const application = 'chat1.contoso.example';
const echoAddress = 'sip:echo@chat1.contoso.example';
const opened = new Opened();
afterEach(() => opened[Symbol.asyncDispose]());

const start = async (options: Parameters<typeof startApplicationNetwork>[0] = {}) =>
  opened.use(await startApplicationNetwork(options));

const body = { contentType: 'text/plain', body: 'x' };
const diagnosed = (reason: string, source: string) => `1000;reason="${reason}";source="${source}"`;

describe('a front end refuses to be dialled as by an application', () => {
  it('by an application that is outbound-only (direction-not-allowed)', async () => {
    const network = await start({ frontEnds: 1, flags: { outboundOnly: true } });
    const socket = dialAt(network.frontEndPorts[0] as number, await network.filesOf(application));
    await once(socket, 'close');
    await network.lines.waitFor((line) => line.by === frontEnd && line.reason === 'direction-not-allowed');
  });
});

describe('a topology that closes the link', () => {
  it('has the application dial no front end, and say why', async () => {
    const { row } = links.frontEndToApplication;
    const network = await start({ links: [{ row, closed: true }] });
    let dialled = 0;
    const listener = net.createServer((socket) => {
      dialled++;
      socket.destroy();
    });
    listener.listen(network.frontEndPorts[0], '127.0.0.1');
    await once(listener, 'listening');
    opened.defer(() => listener.close());
    const running = await network.application({});
    await expect(running.message(echoAddress, 'sip:bob@contoso.example', 'x')).rejects.toMatchObject({
      code: 'ENTENTE_APPLICATION_NO_FRONT_END',
      message: expect.stringContaining(`closed row ${row}`),
    });
    expect(dialled).toBe(0);
  });
});

describe('requests on the link', () => {
  it('of an application are refused where only front ends may send', async () => {
    const network = await start({
      frontEnds: 1,
      links: [{ row: links.frontEndToApplication.row, maySend: 'a' }],
    });
    const ask = await network.peer(application, frontEnd);
    const response = await ask('MESSAGE', 'sip:bob@contoso.example', { from: echoAddress, body });
    expect(response.status).toBe(403);
    expect(response.get('Entente-Diagnostics')).toBe(diagnosed('relay-not-allowed', frontEnd));
    // The front end has opened a connection by then, over which the application could send.
    const running = await network.application({});
    await expect(running.message(echoAddress, 'sip:bob@contoso.example', 'x')).rejects.toMatchObject({
      code: 'ENTENTE_APPLICATION_NO_FRONT_END',
    });
  });

  it('of a front end are refused where only applications may send', async () => {
    const network = await start({ links: [{ row: links.frontEndToApplication.row, maySend: 'b' }] });
    await network.application({ onMessage: () => ({ status: 200 }) });
    const ask = await network.peer(frontEnd, application);
    const response = await ask('MESSAGE', echoAddress, { from: 'sip:bob@contoso.example', body });
    expect(response.status).toBe(403);
    expect(response.get('Entente-Diagnostics')).toBe(diagnosed('relay-not-allowed', application));
  });

  it('are refused by an application for an address that is not its own', async () => {
    const network = await start({
      applications: 2,
      users: { 'help@contoso.example': 'chat2.contoso.example' },
    });
    await network.application({ onMessage: () => ({ status: 200 }) });
    const ask = await network.peer(frontEnd, application);
    for (const to of [
      'sip:bob@contoso.example',
      'sip:help@contoso.example',
      'sip:echo@chat2.contoso.example',
    ]) {
      const response = await ask('MESSAGE', to, { from: 'sip:bob@contoso.example', body });
      expect([to, response.status]).toEqual([to, 404]);
      expect(response.get('Entente-Diagnostics')).toBe(diagnosed('unknown-user', application));
    }
    expect((await ask('MESSAGE', echoAddress, { from: 'sip:bob@contoso.example', body })).status).toBe(200);
  });
});

describe('an application that asserts what it is not', () => {
  const alice = 'sip:alice@contoso.example';
  const fields = { 'P-Asserted-Identity': `<${alice}>` };
  it.each([
    ['a user in From', alice, {}],
    ['a user in P-Asserted-Identity', echoAddress, fields],
    ['a user in P-Preferred-Identity', echoAddress, { 'P-Preferred-Identity': `<${alice}>` }],
    ['a user behind an anonymous From', 'sip:anonymous@anonymous.invalid', fields],
    ['an address of another application', 'sip:help@contoso.example', {}],
    ['a domain of a partner', 'sip:carl@fabrikam.example', {}],
    ['a caller from the telephone network', 'tel:+15550100', {}],
  ] as const)('is refused by the front end: %s (not-own-address)', async (_, from, headers) => {
    const network = await start({
      frontEnds: 1,
      applications: 2,
      users: { 'help@contoso.example': 'chat2.contoso.example' },
    });
    const bob = await network.user('bob');
    const ask = await network.peer(application, frontEnd);
    const response = await ask('MESSAGE', bob.address, { from, headers, body });
    expect(response.status).toBe(403);
    expect(response.get('Entente-Diagnostics')).toBe(diagnosed('not-own-address', frontEnd));
    await network.lines.waitFor((line) => line.by === frontEnd && line.reason === 'not-own-address');
    expect(bob.received).toEqual([]);
  });

  it('arrives without what it says of users in other fields', async () => {
    const network = await start({ frontEnds: 1 });
    const bob = await network.user('bob');
    const ask = await network.peer(application, frontEnd);
    const headers = {
      'Remote-Party-ID': `<${alice}>`,
      Diversion: `<${alice}>`,
      'History-Info': `<${alice}>;index=1`,
      'P-Associated-URI': `<${alice}>`,
    };
    expect((await ask('MESSAGE', bob.address, { from: echoAddress, headers, body })).status).toBe(200);
    expect(bob.received[0]?.request.wire).not.toContain('alice');
  });
});
