import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Credentials, document, frontEnd, type Scene, signed, startScene } from './network.ts';

let scene: Scene;
let fe01: Credentials;
let fe02: Credentials;
const first = document([frontEnd('fe01.contoso.example'), frontEnd('fe02.contoso.example')]);
beforeAll(async () => {
  scene = await startScene();
  await scene.publish(signed(first));
  fe01 = await scene.join('fe01.contoso.example');
  fe02 = await scene.join('fe02.contoso.example');
});
afterAll(() => scene.close());

/** What a stream has said so far, and whether it has ended. */
interface Heard {
  text: string;
  ended: boolean;
}

async function listen(who: Credentials): Promise<Heard> {
  const response = await scene.ask('/events', who);
  expect(response.status).toBe(200);
  const heard: Heard = { text: '', ended: false };
  void (async () => {
    for await (const bytes of response.body ?? []) heard.text += Buffer.from(bytes as Uint8Array).toString();
    heard.ended = true;
  })().catch(() => {});
  return heard;
}

it('a member that opens one event stream after the other keeps the newest two, and takes none from the others', async () => {
  const other = await listen(fe02);
  const streams: Heard[] = [];
  for (let index = 0; index < 12; index++) streams.push(await listen(fe01));
  const open = () => streams.flatMap(({ ended }, index) => (ended ? [] : [index]));
  await expect.poll(open).toEqual([10, 11]);
  await scene.publish(signed(document([...first.servers.slice(1)], first)));
  const heard = () => [other, streams[10], streams[11]].map((one) => one?.text.includes('"version":2'));
  await expect.poll(heard).toEqual([true, true, true]);
  expect(streams.slice(0, 10).some(({ text }) => text.includes('"version":2'))).toBe(false);
});
