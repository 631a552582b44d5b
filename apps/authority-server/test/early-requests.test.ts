import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, document, frontEnd, type Scene, signed, startScene } from './network.ts';

let scene: Scene;
let fe01: Credentials;
beforeAll(async () => {
  scene = await startScene();
  await scene.publish(signed(document([frontEnd('fe01.contoso.example')])));
  fe01 = await scene.join('fe01.contoso.example');
});
afterAll(() => scene.close());

/** Sends requests on one connection, all at once. @returns what came back when `isEnough` says so, or at the end of the connection */
function sendEarly(who: Credentials | undefined, count: number, isEnough: (answers: string) => boolean) {
  return new Promise<{ readonly answers: string; readonly closed: boolean }>((resolve, reject) => {
    const { made, server } = scene;
    const name = 'ca.contoso.example';
    const socket = tls.connect({ port: server().https.port, servername: name, ca: made.rootPem, ...who });
    let answers = '';
    let secure = false;
    socket.once('secureConnect', () => {
      secure = true;
      socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(count));
    });
    socket.on('data', (bytes) => {
      answers += bytes.toString('latin1');
      if (!isEnough(answers)) return;
      resolve({ answers, closed: false });
      socket.destroy();
    });
    socket.on('error', (fault) => secure || reject(fault));
    socket.once('close', () => resolve({ answers, closed: true }));
  });
}

const answered = (answers: string) => answers.split('HTTP/1.1 200').length - 1;

describe.each([
  ['a member', () => fe01],
  ['an outsider', () => undefined],
])('a connection of %s to an authority', (_, who) => {
  it('has its requests answered one after the other, and those that are a little early too', async () => {
    const { answers } = await sendEarly(who(), 4, (text) => answered(text) === 4);
    expect(answered(answers)).toBe(4);
  });

  it('is closed when it sends many at once, of which one is answered at most', async () => {
    const { answers, closed } = await sendEarly(who(), 200, (text) => answered(text) > 1);
    expect(closed).toBe(true);
    expect(answered(answers)).toBeLessThanOrEqual(1);
  });

  it('is closed before most of what it sends at once has been parsed', async () => {
    let parsed = 0;
    const count = (message: unknown) => {
      if ((message as { readonly request: IncomingMessage }).request.url === '/healthz') parsed += 1;
    };
    subscribe('http.server.request.start', count);
    const { closed } = await sendEarly(who(), 400, (text) => answered(text) > 1);
    unsubscribe('http.server.request.start', count);
    expect(closed).toBe(true);
    expect(parsed).toBeGreaterThan(0);
    expect(parsed).toBeLessThan(30);
  });
});
