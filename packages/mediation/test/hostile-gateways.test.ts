import { randomBytes } from 'node:crypto';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { alice, of } from './callers.ts';
import { reasonOf, startMediation } from './mediation-network.ts';
import { mediationScene } from './mediation-scene.ts';

const scene = mediationScene(alice);

const call = () =>
  scene.fe1.ask(scene.network.hop('inside'), 'INVITE', 'sip:+4930555@contoso.example;user=phone', of(alice));

describe('a gateway that is not there', () => {
  it('gives the front end a reason, without its name or address', async () => {
    await using without = await startMediation({ there: { fe1: {} } });
    without.knows(alice);
    const uri = 'sip:+4930555@contoso.example;user=phone';
    const answer = await without.peer('fe1').ask(without.hop('inside'), 'INVITE', uri, of(alice));
    expect([answer.status, reasonOf(answer)]).toEqual([504, 'unreachable']);
    expect(answer.get('Entente-Diagnostics')).not.toMatch(/gw\d|127\.0/);
  });
});

describe('a gateway that misbehaves', () => {
  it('and writes what is not SIP loses its connection, and no call of others', async () => {
    for (const bytes of [
      randomBytes(70_000),
      Buffer.from(`INVITE sip:x SIP/2.0\r\n${'X: y\r\n'.repeat(20_000)}`),
      Buffer.from('SIP/2.0 200 OK\r\nContent-Length: -1\r\n\r\n'),
    ]) {
      const certificate = await scene.network.certificateOf('gw1');
      const { port } = scene.network.hop('gateways');
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...certificate });
      socket.on('error', () => {});
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.resume();
      socket.write(bytes);
      await closed;
    }
    expect((await call()).status).toBe(200);
  });

  it('and answers with a flood of 18x and then with what nobody can read ends with its call alone', async () => {
    scene.gw1.says(...Array.from({ length: 200 }, () => ({ status: 183 })), { status: 486 });
    expect((await call()).status).toBe(486);
    scene.gw1.says({ status: 200, headers: { Contact: 'garbage <' } });
    expect((await call()).status).toBe(200);
    scene.gw1.says({ status: 200 });
    expect((await call()).status).toBe(200);
  });
});
