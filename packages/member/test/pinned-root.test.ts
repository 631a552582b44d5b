import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createTestAuthority } from '@entente/testkit';
import { afterEach, expect, it, vi } from 'vitest';
import { fetchPinnedRoot } from '../src/join/pinned-root.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('a server that joins does not wait for ever for the root, not even where a byte comes now and then', async () => {
  const { chainPem, keyPem } = await (await createTestAuthority('Contoso Root')).issue({
    dnsNames: ['ca.contoso.example'],
  });
  let asked = (): void => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  await using server = createServer({ cert: chainPem, key: keyPem }, (_request, response) => {
    response.write('-');
    asked();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const fetching = fetchPinnedRoot(`https://ca.contoso.example:${port}`, '127.0.0.1', 'ab'.repeat(32));
  const refused = expect(fetching).rejects.toMatchObject({
    code: 'ENTENTE_MEMBER_UNREACHABLE',
    message: expect.stringContaining('no whole answer within 30000 ms'),
  });
  await isAsked;
  vi.advanceTimersByTime(30_000);
  await refused;
});
