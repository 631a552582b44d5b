import tls from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { document, frontEnd, type Scene, signed, startScene } from './network.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
  await scene.publish(signed(document([frontEnd('fe01.contoso.example')])));
});
afterAll(() => scene.close());

/** Sends the head of a request for a certificate and the first octet of its body, and leaves when the authority reads it. */
async function leave() {
  const { made, server } = scene;
  const socket = tls.connect({
    port: server().https.port,
    servername: 'ca.contoso.example',
    ca: made.rootPem,
  });
  const head = [
    'POST /enrol HTTP/1.1',
    'Host: ca.contoso.example',
    'Content-Type: application/pkcs10',
    `Authorization: Bearer ${'A'.repeat(43)}`,
    'Content-Length: 100',
    'Expect: 100-continue',
    '',
    '{',
  ].join('\r\n');
  await new Promise<void>((resolve, reject) => {
    socket.once('data', () => resolve());
    socket.once('error', reject);
    socket.write(head);
  });
  socket.destroy();
}

it('who asks for a certificate and leaves before the request is whole causes no fault and no refusal', async () => {
  const before = scene.log.length;
  await leave();
  const since = () => scene.log.slice(before);
  await expect.poll(since).toMatchObject([{ event: 'left', from: '127.0.0.1' }]);
});
