import { expect, it } from 'vitest';
import { startFrontEnd } from './wire-network.ts';

it('a front end that cannot listen ends all that it has opened', async () => {
  await using network = await startFrontEnd();
  const { following } = network;
  expect(following).toBeGreaterThan(0);
  await expect(network.start()).rejects.toMatchObject({ code: 'ENTENTE_LISTEN_FAILED' });
  expect(network.following).toBe(following);
});
