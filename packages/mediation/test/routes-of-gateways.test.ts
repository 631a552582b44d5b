import { describe, expect, it } from 'vitest';
import { alice, bob, of } from './callers.ts';
import { last, mediationScene } from './mediation-scene.ts';

const scene = mediationScene(alice, bob);
const { outward } = scene;

const contact = 'sip:contact@gw1.contoso.example';
const proxy = '<sip:proxy.carrier.example;lr>';

describe('what a gateway records of a route', () => {
  it.each<readonly [string, (own: string) => readonly string[]]>([
    ['our entry twice', (own) => [own, own]],
    ['our entry three times, and a proxy of its own', (own) => [own, proxy, own, own]],
    ['a front end of ours', (own) => ['<sip:bob@fe2.contoso.example;lr>', own]],
    ['our pool behind a proxy of its own', (own) => [proxy, '<sip:pool1.contoso.example;lr>', own]],
    ['our domain', (own) => ['<sip:contoso.example;lr>', proxy, own]],
    ['what cannot be read', (own) => ['sip:proxy carrier', proxy, own]],
    ['this server', (own) => ['<sip:med1.contoso.example;lr>', own]],
  ])('leads back to us nowhere, so that the user hangs up: %s', async (_, written) => {
    scene.gw1.chooses = (request) => {
      if (request.method !== 'INVITE') return undefined;
      const routes = written(request.values('Record-Route')[0] ?? '');
      return { status: 200, recordRoute: false, headers: { 'Record-Route': routes.join(', ') } };
    };
    const answer = await outward('INVITE', 'tel:+4930555', of(alice));
    const [own = '', ...others] = [...answer.values('Record-Route')].reverse();
    expect(own).toMatch(/med1\.contoso\.example/);
    expect(others).toEqual(written('').includes(proxy) ? [proxy] : []);
    expect((await outward('BYE', contact, of(alice, { inDialog: answer }))).status).toBe(200);
    expect(last(scene.gw1).method).toBe('BYE');
  });

  it('leads back to us nowhere in a call of its own', async () => {
    const headers = { 'Record-Route': `<sip:fe2.contoso.example;lr>, ${proxy}` };
    const from = 'sip:+44201234@gw1.contoso.example;user=phone';
    const called = 'sip:+49301001@med1.contoso.example;user=phone';
    const answer = await scene.gw1.ask(scene.network.hop('gateways'), 'INVITE', called, { from, headers });
    expect(answer.status).toBe(200);
    const [own = '', ...others] = last(scene.fe1).values('Record-Route');
    expect([own, others]).toEqual([expect.stringMatching(/med1\.contoso\.example/), [proxy]]);
    expect((await outward('BYE', contact, of(alice, { inDialog: last(scene.fe1) }))).status).toBe(200);
    expect(last(scene.gw1).method).toBe('BYE');
  });
});
