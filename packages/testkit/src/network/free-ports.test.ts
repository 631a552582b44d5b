import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { freePorts } from './free-ports.ts';

it('gives no port twice, however many ask at once', async () => {
  const lists = await Promise.all(Array.from({ length: 8 }, () => freePorts(10)));
  expect(new Set(lists.flat()).size).toBe(80);
});

it('gives ports that can be listened on, below those that the system hands out', async () => {
  for (const port of await freePorts(3)) {
    expect(port).toBeLessThan(32_768);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await new Promise((resolve) => server.close(resolve));
  }
});

it('passes over a port that somebody listens on', async () => {
  const server = createServer();
  const listens = (port: number) =>
    new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
  let port = 27_000;
  while (!(await listens(port))) port += 1;
  expect(await freePorts(1, port)).not.toEqual([port]);
  await new Promise((resolve) => server.close(resolve));
});
