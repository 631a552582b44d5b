import { systemClock } from '@entente/tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contoso, signed } from './contoso.ts';
import { administrator, InProcessAuthority } from './in-process-authority.ts';

const now = Date.now();
let run: InProcessAuthority;

beforeAll(async () => {
  run = await InProcessAuthority.start({ clock: { ...systemClock, now: () => now } });
});
afterAll(() => run[Symbol.asyncDispose]());

const post = (path: string, body: string): Promise<Response> => run.fetch(path, body);

it('revocations, ends of holds and topologies of an administrator are counted together, refused ones too', async () => {
  for (let index = 1; index < 1_000; index++) expect((await post('/release', '{}')).status).toBe(400);
  const answers = await Promise.all([
    post('/release', '{}'),
    post('/revoke', '{}'),
    post('/topology', signed(contoso)),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([429, 429, 429]);
});

it('an order that is one too many is refused before anything of it is read', async () => {
  for (let index = 0; index < 20; index++) expect((await post('/certificates', '{}')).status).toBe(400);
  for (const path of ['/certificates', '/release', '/revoke', '/block-key']) {
    // Its body never comes to an end.
    const url = `https://ca.contoso.example${path}`;
    const body = { method: 'POST', body: new ReadableStream(), duplex: 'half' } as RequestInit;
    const request = new Request(url, body);
    const { status } = await run.authority.fetch(request, administrator(), '192.0.2.1');
    expect([path, status, request.bodyUsed]).toEqual([path, 429, false]);
  }
});
