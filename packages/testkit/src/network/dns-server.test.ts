import { Resolver } from 'node:dns/promises';
import { expect, it } from 'vitest';
import { startDnsServer } from './dns-server.ts';

it('answers A and SRV, and says of other names that they do not exist', async () => {
  await using server = await startDnsServer({
    addresses: new Map([['fe1.contoso.example', '127.0.0.1']]),
    services: new Map([['_sips._tcp.contoso.example', [{ target: 'fe1.contoso.example', port: 5061 }]]]),
  });
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${server.port}`]);
  expect(await resolver.resolve4('FE1.contoso.example')).toEqual(['127.0.0.1']);
  // Node 26 says the type too.
  expect(await resolver.resolveSrv('_sips._tcp.contoso.example')).toMatchObject([
    { name: 'fe1.contoso.example', port: 5061, priority: 0, weight: 0 },
  ]);
  await expect(resolver.resolve4('fe9.contoso.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
});
