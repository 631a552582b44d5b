import { connect } from '@entente/tls';
import { expect, it } from 'vitest';
import { serverName } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();

it('a server that takes none of the protocols offered is said to be one, and not to refuse a certificate', async () => {
  const server = await servers.greet({ alpn: ['h2'] });
  const { client: identity, trust } = servers.world;
  const refusals: unknown[] = [];
  const dialled = connect({
    host: '127.0.0.1',
    port: server.port,
    trust,
    identity,
    expect: { mode: 'https', name: serverName },
    allow: [serverName],
    alpn: ['http/1.1', 'http/1.0'],
    onRefusal: (refusal) => refusals.push(refusal),
  });
  await expect(dialled).rejects.toMatchObject({
    code: 'ENTENTE_HANDSHAKE_FAILED',
    sentence: expect.stringMatching(
      /^expected a server that takes http\/1\.1 or http\/1\.0, found one that takes none of them \(ERR_SSL_\w*ALERT_NO_APPLICATION_PROTOCOL\)$/,
    ),
    place: expect.stringContaining(String(server.port)),
    remedy: expect.stringContaining('http1Fallback: true'),
  });
  expect(refusals).toEqual([]);
});
