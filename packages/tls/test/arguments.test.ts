import type * as https from 'node:https';
import * as net from 'node:net';
import { faultOf } from '@entente/testkit/fault';
import { createTrust, loadCredential, postgresTls } from '@entente/tls';
import { addressGroup, holdPort, keepPlace, RefusalLimit, shortText } from '@entente/tls/internal';
import { describe, expect, it } from 'vitest';
import { makeWorld } from './fixture.ts';

const wrong = [undefined, null, 'text', 7, {}, []] as const;
/** What callers without a compiler pass. */
const given = (value: unknown) => value as never;
const invalid = (place: string) => ({ code: 'ENTENTE_OPTION_INVALID', place });

/** What a call throws, at once or later. */
const owned = () =>
  createTrust({
    judge: { judge: () => Promise.reject(new Error('not asked')) } as never,
    version: () => '1',
  });

describe('holdPort', () => {
  it.each([undefined, null, 'text', 7, []])(
    'refuses %o as a place: another port would be held',
    async (place) => {
      expect(await faultOf(() => holdPort(given(place)))).toMatchObject(invalid('options of holdPort'));
    },
  );

  it('refuses a misspelt option and a port that is a text, and names them', async () => {
    expect(await faultOf(() => holdPort(given({ prot: 5061 })))).toMatchObject({
      ...invalid('prot of holdPort'),
      remedy: 'write port if that is meant, or leave it out',
    });
    expect(await faultOf(() => holdPort(given({ port: '5061' })))).toMatchObject({
      ...invalid('port of holdPort'),
      sentence: 'expected port to be a whole number from 0 to 65535, found "5061"',
    });
  });
});

describe('postgresTls', () => {
  it.each(wrong)('refuses %o as a socket', async (socket) => {
    expect(await faultOf(() => postgresTls(given(socket)))).toMatchObject({
      ...invalid('first argument of postgresTls'),
      remedy: expect.stringContaining('TCP'),
    });
  });
});

describe('keepPlace', () => {
  it.each(wrong)('refuses %o: no place would be kept', async (socket) => {
    expect(await faultOf(() => keepPlace(given(socket)))).toMatchObject(
      invalid('first argument of keepPlace'),
    );
  });

  it('finds the connection below a request, as peerOf does', () => {
    let kept = 0;
    const socket = Object.assign(new net.Socket(), { [Symbol.for('@entente/tls.place')]: () => kept++ });
    const request = Object.assign(new net.Socket(), { socket }) as unknown as https.Agent;
    keepPlace(request);
    keepPlace(Object.assign(new net.Socket(), { stream: { session: { socket } } }));
    expect(kept).toBe(2);
  });
});

describe('a trust of createTrust', () => {
  it('refuses to announce a scope with a misspelt list: no connection would be judged again', async () => {
    const trust = owned();
    expect(await faultOf(() => trust.announce(given({ isuers: ['CN=contoso.example'] })))).toMatchObject({
      ...invalid('isuers of announce'),
      remedy: 'write issuers if that is meant, or leave it out',
    });
  });

  it('refuses to announce what names nothing, and tells no listener of it', async () => {
    const trust = owned();
    let heard = 0;
    trust.onChange(() => heard++);
    for (const [scope, place] of [
      [null, 'options of announce'],
      ['contoso.example', 'options of announce'],
      [{ domains: 'contoso.example' }, 'domains of announce'],
      [{ anchors: [undefined] }, 'anchors[0] of announce'],
      [{ certificates: ['0a'] }, 'certificates[0] of announce'],
      [{ certificates: [{ issuer: 'CN=a' }] }, 'certificates[0] of announce'],
    ])
      expect(await faultOf(() => trust.announce(given(scope)))).toMatchObject(invalid(place as string));
    expect(heard).toBe(0);
    trust.announce({ domains: ['contoso.example'], certificates: [{ issuer: 'CN=a', serialHex: '0a' }] });
    trust.announce({});
    trust.announce();
    expect(heard).toBe(3);
  });

  it.each(wrong)('refuses %o as a listener, before a change calls it', async (listener) => {
    expect(await faultOf(() => owned().onChange(given(listener)))).toMatchObject(
      invalid('listener of onChange'),
    );
  });
});

describe('a credential', () => {
  it.each(wrong)('refuses %o as a listener, before a renewal calls it', async (listener) => {
    const { server } = await makeWorld();
    const { certificatePem: certificate, keyPem: key } = server.current;
    const credential = await loadCredential({ certificate, key });
    expect(await faultOf(() => credential.onChange(given(listener)))).toMatchObject(
      invalid('listener of onChange'),
    );
  });
});

describe('what the log is helped by', () => {
  it('refuses arguments of another kind', async () => {
    for (const [call, place] of [
      [() => new RefusalLimit(given(7)), 'first argument of RefusalLimit'],
      [() => new RefusalLimit(given(null)), 'first argument of RefusalLimit'],
      [() => addressGroup(given(7)), 'first argument of addressGroup'],
      [() => addressGroup(given({ address: '192.0.2.1' })), 'first argument of addressGroup'],
      [() => shortText(given(undefined)), 'first argument of shortText'],
      [() => shortText(given(['a'])), 'first argument of shortText'],
      [() => shortText('a', given('64')), 'second argument of shortText'],
      [() => shortText('a', 63), 'second argument of shortText'],
    ] as const)
      expect(await faultOf(call), place).toMatchObject(invalid(place));
  });
});
