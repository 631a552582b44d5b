import { needs } from '@entente/testkit/repository';
import { links } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingProgram, startRealProxy } from './testing/real-proxy.ts';
import {
  domain,
  firstPassword,
  outsideName,
  startWebNetwork,
  type WebNetwork,
} from './testing/web-network.ts';

let network: WebNetwork;
beforeAll(async () => {
  network = await startWebNetwork();
});
afterAll(() => network?.[Symbol.asyncDispose]());

describe.each(['nginx', 'haproxy'] as const)('a real %s before web services', (program) => {
  async function start(more: Parameters<typeof startRealProxy>[2] = {}) {
    const proxy = await startRealProxy(program, network, more);
    const user = (name = outsideName) => network.user({ port: proxy.port, name });
    return { user, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
  }

  it('brings users from outside, by the name of the proxy and from their own address', async (test) => {
    needs(test, missingProgram(program));
    await using proxy = await start();
    const user = proxy.user();
    expect((await user.get('/.well-known/entente')).json).toMatchObject({ where: 'outside' });
    expect(await user.signIn(`alice@${domain}`, firstPassword)).toMatchObject({ status: 200 });
    expect(await user.get('/api/people?q=bob')).toMatchObject({ status: 200 });
    // What the client writes about itself is not what web services read.
    for (let count = 0; count < 5; count++)
      await user.post(
        '/api/sign-in',
        { address: `bob@${domain}`, password: 'not the password' },
        { 'x-forwarded-for': `203.0.113.${count}` },
      );
    const held = await network.user().signIn(`bob@${domain}`, 'not the password');
    expect([401, 429]).toContain(held.status);
    expect(await user.post('/api/sign-out', {})).toMatchObject({ status: 204 });
  });

  it('shows no certificate for a name that is not its own', async (test) => {
    needs(test, missingProgram(program));
    await using proxy = await start();
    await expect(proxy.user('evil.example').get('/')).rejects.toThrow();
  });

  it('is refused by web services where its certificate is of another role, or was revoked', async (test) => {
    needs(test, missingProgram(program));
    for (const [inside, reason] of [
      [await network.certificateOf('med1.contoso.example'), 'role-not-allowed-on-link'],
      [network.revoked.proxy, 'revoked'],
    ] as const) {
      await using proxy = await start({ inside });
      expect((await proxy.user().get('/')).status).toBeGreaterThanOrEqual(500);
      expect(network.lines).toContainEqual(
        expect.objectContaining({
          by: 'web1.contoso.example',
          reason,
          link: links.reverseProxyToWebServices.name,
        }),
      );
    }
  });

  it('refuses web services of another CA, and hands them nothing', async (test) => {
    needs(test, missingProgram(program));
    await using proxy = await start({ ca: network.foreign.certificatePem });
    expect((await proxy.user().get('/')).status).toBeGreaterThanOrEqual(500);
  });

  it('refuses web services by name, although their CA is ours', async (test) => {
    needs(test, missingProgram(program));
    const { document } = network.topology;
    const servers = document.servers.map((server) =>
      server.role === 'web-services' ? { ...server, fqdn: 'web2.contoso.example' } : server,
    );
    const topology = { ...network.topology, document: { ...document, servers } };
    await using proxy = await start({ topology });
    expect((await proxy.user().get('/')).status).toBeGreaterThanOrEqual(500);
  });

  it('refuses web services whose certificate was revoked, with the list that --crl names', async (test) => {
    needs(test, missingProgram(program));
    await using good = await start({ crl: await network.root.crl([]) });
    expect((await good.user().get('/')).status).toBe(200);
    const { serialHex } = network.shown;
    await using proxy = await start({ crl: await network.root.crl([serialHex]) });
    expect((await proxy.user().get('/')).status).toBeGreaterThanOrEqual(500);
  });
});
