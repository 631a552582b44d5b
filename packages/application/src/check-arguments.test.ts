import { Application } from '@entente/application';
import { expect, it } from 'vitest';
import type { ApplicationParts } from './application.ts';

const [own, bob] = ['sip:echo@echo1.contoso.example', 'sip:bob@contoso.example'];
/** Nothing of it may be used before the arguments were looked at. */
const application = new Application({ fqdn: 'echo1.contoso.example' } as ApplicationParts);
const session = 'a session description: { contentType, body }';
const list = 'a list of addresses, or what gives one after the other';
const time = 'a number of milliseconds from 0 to 2147483647';

type Method = 'message' | 'request' | 'call' | 'fanOut' | 'drain';
const sdp = { contentType: 'application/sdp', body: '' };
const hello = { body: 'hello' };

it.each<readonly [Method, string, string, readonly unknown[], string]>([
  ['message', 'from', 'nothing', [undefined, bob, 'hello'], 'a text'],
  ['message', 'to', 'an empty text', [own, '', 'hello'], 'a text'],
  ['message', 'text', 'nothing', [own, bob], 'a text'],
  ['message', 'text', 'an object of another kind', [own, bob, hello], 'a text'],
  ['request', 'from', 'null', ['OPTIONS', null, bob], 'a text'],
  ['request', 'to', 'nothing', ['OPTIONS', own], 'a text'],
  ['call', 'from', 'nothing', [undefined, bob, sdp], 'a text'],
  ['call', 'to', 'nothing', [own, undefined, sdp], 'a text'],
  ['call', 'offer', 'nothing', [own, bob], session],
  ['call', 'offer', 'a text', [own, bob, 'v=0'], session],
  ['call', 'offer', 'an object of another kind', [own, bob, hello], session],
  ['fanOut', 'from', 'nothing', [undefined, [bob], hello], 'a text'],
  ['fanOut', 'targets', 'a text', [own, bob, hello], list],
  ['fanOut', 'targets', 'nothing', [own, undefined, hello], list],
  ['drain', 'withinMs', 'nothing', [], time],
  ['drain', 'withinMs', 'NaN', [Number.NaN], time],
  ['drain', 'withinMs', '-1', [-1], time],
  ['drain', 'withinMs', 'Infinity', [Number.POSITIVE_INFINITY], time],
])('%s of an application refuses %s where it is %s', async (method, name, found, given, wanted) => {
  const called = Reflect.apply(application[method], application, [...given]) as Promise<unknown>;
  await expect(called).rejects.toMatchObject({
    code: 'ENTENTE_APPLICATION_BAD_ARGUMENT',
    sentence: `expected ${name} of ${method} to be ${wanted}, found ${found}`,
    place: `${name} of ${method}`,
    remedy: `give ${wanted}`,
  });
});
