import { createCredentialRecord } from '@entente/sip';
import { createTokenSource, dialAsUser, UserAgent } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';

const good = {
  addressOfRecord: 'sip:alice@contoso.example',
  credentials: { secret: { username: 'alice', password: 'secret' } },
  server: { name: 'contoso.example', address: '127.0.0.1', port: 5061 },
  dial: () => Promise.reject(new Error('down')),
  newToken: createTokenSource(),
  events: {},
};

type Wrong = Readonly<Record<string, unknown>>;

function without(name: keyof typeof good): Wrong {
  return { ...good, [name]: undefined };
}

/** What is thrown, without the class. */
function faultOf(options: unknown): unknown {
  try {
    new UserAgent(options as never);
  } catch (error) {
    const { code, message, place, remedy } = error as Record<string, unknown>;
    return { code, message, place, remedy };
  }
  return undefined;
}

describe('the options of a user agent', () => {
  const secret = { username: 'alice', password: 'secret' };
  const wrong: readonly [string, unknown, string, string][] = [
    ['none at all', undefined, 'expected the options to be an object, found none', 'options of UserAgent'],
    ['empty', {}, 'expected addressOfRecord of UserAgent, found none', 'addressOfRecord of UserAgent'],
    [
      'without a server',
      without('server'),
      'expected server of UserAgent, found none',
      'server of UserAgent',
    ],
    [
      'with a server that is misspelt',
      { ...good, servr: good.server },
      'expected only options that there are in the options of UserAgent, found "servr"',
      'options of UserAgent',
    ],
    [
      'without newToken',
      without('newToken'),
      'expected newToken of UserAgent, found none',
      'newToken of UserAgent',
    ],
    ['without events', without('events'), 'expected events of UserAgent, found none', 'events of UserAgent'],
    [
      'with credential',
      { ...good, credential: good.credentials },
      'expected only options that there are in the options of UserAgent, found "credential"',
      'options of UserAgent',
    ],
    [
      'with credentials that are the secret',
      { ...good, credentials: secret },
      'expected only options that there are in the credentials of UserAgent, found "username"',
      'credentials of UserAgent',
    ],
    [
      'with a text as credentials, which may be a password',
      { ...good, credentials: 'hunter2' },
      'expected credentials to be an object, found a text',
      'credentials of UserAgent',
    ],
    [
      'with a password that is misspelt',
      { ...good, credentials: { secret: { username: 'alice', pasword: 'secret' } } },
      'expected only options that there are in the credentials.secret of UserAgent, found "pasword"',
      'credentials.secret of UserAgent',
    ],
    [
      'with a list as secret',
      { ...good, credentials: { secret: ['alice'] } },
      'expected credentials.secret to be an object, found a list',
      'credentials.secret of UserAgent',
    ],
    [
      'with a record without hashes',
      { ...good, credentials: { secret: { username: 'alice', realm: 'contoso.example' } } },
      'expected credentials.secret.ha1 of UserAgent, found none',
      'credentials.secret.ha1 of UserAgent',
    ],
    [
      'with an algorithm that there is not',
      { ...good, credentials: { secret, algorithms: ['SHA256'] } },
      'expected credentials.algorithms to be a list of SHA-256, SHA-512-256, MD5, found a list',
      'credentials.algorithms of UserAgent',
    ],
    [
      'with an address without sip:',
      { ...good, addressOfRecord: 'alice@contoso.example' },
      'expected addressOfRecord to be a SIP URI with a user, found "alice@contoso.example"',
      'addressOfRecord of UserAgent',
    ],
    [
      'with an address without a user',
      { ...good, addressOfRecord: 'sip:contoso.example' },
      'expected addressOfRecord to be a SIP URI with a user, found "sip:contoso.example"',
      'addressOfRecord of UserAgent',
    ],
    [
      'with a text as port',
      { ...good, server: { ...good.server, port: '5061' } },
      'expected server.port to be a whole number from 0 to 65535, found "5061"',
      'server.port of UserAgent',
    ],
    [
      'with an event that is misspelt',
      { ...good, events: { onMesage() {} } },
      'expected only options that there are in the events of UserAgent, found "onMesage"',
      'events of UserAgent',
    ],
    [
      'with a text as what hears of an event',
      { ...good, events: { onMessage: 'x' } },
      'expected events.onMessage to be a function, found "x"',
      'events.onMessage of UserAgent',
    ],
    [
      'with a timing that is a text',
      { ...good, stay: { pingMs: '2000' } },
      'expected stay.pingMs to be a number of milliseconds above 0, found "2000"',
      'stay.pingMs of UserAgent',
    ],
    [
      'with a clock without timers',
      { ...good, clock: { now: () => 0 } },
      'expected clock to be a clock with now and after, found a value of the type object',
      'clock of UserAgent',
    ],
    ...['a b', 'münchen', '[::1', 'host:5061', 'host;x'].map((host): (typeof wrong)[number] => [
      `with ${host} as host`,
      { ...good, host },
      `expected host to be the name of a host, or its address, in ASCII, found "${host}"`,
      'host of UserAgent',
    ]),
    ...['abc', 'urn:uuid:">;x="y', 'urn:uuid:'].map((instance): (typeof wrong)[number] => [
      `with ${instance} as instance`,
      { ...good, instance },
      `expected instance to be a URN such as urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6, found ${JSON.stringify(instance)}`,
      'instance of UserAgent',
    ]),
    ...(
      [
        ['an empty text', ''],
        ['a text with a space', 'a b'],
        ['nothing', undefined],
      ] as const
    ).map(([what, made]): (typeof wrong)[number] => [
      `with newToken that returns ${what}`,
      { ...good, newToken: () => made },
      expect.stringContaining('newToken()') as unknown as string,
      'newToken() of UserAgent',
    ]),
    [
      'with newToken that is async',
      { ...good, newToken: async () => 'token' },
      expect.stringContaining('found a promise') as unknown as string,
      'newToken() of UserAgent',
    ],
    [
      'with dialAsUser that is not called',
      { ...good, dial: dialAsUser },
      'expected dial to be a function that dials, found dialAsUser, which makes one',
      'dial of UserAgent',
    ],
  ];
  it.each(wrong)(
    'are refused where they are %s, and the fault names the option',
    (_, options, message, place) => {
      expect(faultOf(options)).toEqual({
        code: 'SIP_INVALID_ARGUMENT',
        message,
        place,
        remedy: expect.stringMatching(/\w/),
      });
    },
  );

  it('may name a user by a record, and may be those of an object with members of its own', async () => {
    const record = createCredentialRecord({ username: 'alice', realm: 'contoso.example', password: 'x' });
    class Events {
      readonly ready = true;
      onMessage(): void {}
    }
    const credentials = { secret: record, algorithms: ['MD5'] as const };
    await using agent = new UserAgent({ ...good, credentials, events: new Events() });
    expect(agent.addressOfRecord).toBe('sip:alice@contoso.example');
  });

  it.each(['192.0.2.1', '[2001:db8::1]', 'laptop.contoso.example'])('may have %s as host', async (host) => {
    await using agent = new UserAgent({ ...good, host, instance: `urn:uuid:${crypto.randomUUID()}` });
    expect(agent.waiting).toBe(0);
  });

  it('that dial and reject with nothing say so, and name no other address', async () => {
    await using agent = new UserAgent({ ...good, dial: () => Promise.reject(undefined) });
    await expect(agent.connect()).rejects.toMatchObject({
      code: 'ENTENTE_SIP_HOP_DOWN',
      message: 'contoso.example cannot be dialled: dial does not say why',
    });
  });

  it('that dial what has no verdict are told so at the first attempt, and there is no other', async () => {
    for (const dialled of [dialAsUser, undefined, {}, { socket: {} }]) {
      let dials = 0;
      const states: string[] = [];
      await using agent = new UserAgent({
        ...good,
        dial: async () => {
          dials++;
          return dialled as never;
        },
        events: { onRegistration: ({ state }) => void states.push(state) },
      });
      await expect(agent.register()).rejects.toMatchObject({
        code: 'SIP_INVALID_ARGUMENT',
        place: 'dial of UserAgent',
      });
      expect([dials, states]).toEqual([1, ['registering', 'unregistered']]);
    }
  });
});

describe('the options of dialAsUser', () => {
  it.each<[string, unknown, string, string]>([
    ['none at all', undefined, 'options of dialAsUser', 'the options to be an object, found none'],
    ['empty', {}, 'trust of dialAsUser', 'trust of dialAsUser, found none'],
    ['with trust that is misspelt', { tust: {} }, 'options of dialAsUser', 'found "tust"'],
    [
      'with a trust that is not awaited',
      { trust: Promise.resolve() },
      'trust of dialAsUser',
      'expected trust to be a trust, as openTrust and createTrust return it, found a promise',
    ],
    [
      'with a time that is none',
      { trust: { judge: {}, onChange() {} }, timeoutMs: 'x' },
      'timeoutMs of dialAsUser',
      'found "x"',
    ],
  ])('are refused at once where they are %s', (_, options, place, message) => {
    expect(() => dialAsUser(options as never)).toThrow(
      expect.objectContaining({
        code: 'SIP_INVALID_ARGUMENT',
        place,
        message: expect.stringContaining(message),
      }),
    );
  });
});

describe('what a user agent is called with', () => {
  const offer = { contentType: 'application/sdp', body: 'v=0' };
  it.each<[string, (agent: UserAgent) => Promise<unknown>, string]>([
    [
      'a MESSAGE without a text',
      (agent) => agent.message('sip:bob@contoso.example', undefined as never),
      'text of message',
    ],
    [
      'a call without an offer',
      (agent) => agent.call('sip:bob@contoso.example', undefined as never),
      'offer of call',
    ],
    [
      'a call with an offer that has no type',
      (agent) => agent.call('sip:bob@contoso.example', { body: 'v=0' } as never),
      'offer.contentType of call',
    ],
    ['a call to nobody', (agent) => agent.call(undefined as never, offer), 'to of call'],
    ['a call to what is not a URI', (agent) => agent.call('bob', offer), 'to of call'],
    ['a MESSAGE to what is not a URI', (agent) => agent.message('bob', 'hello'), 'to of message'],
    ['a MESSAGE to nobody', (agent) => agent.message(undefined as never, 'hello'), 'to of message'],
    [
      'a MESSAGE as what is not a URI',
      (agent) => agent.message('sip:bob@contoso.example', 'hello', 'alice'),
      'as of message',
    ],
    ['a request to what is not a URI', (agent) => agent.request('OPTIONS', 'bob@'), 'to of request'],
    [
      'a request as what is not a URI',
      (agent) => agent.request('OPTIONS', 'sip:bob@contoso.example', { as: 'alice@contoso.example' }),
      'as of request',
    ],
    [
      'a call with an option that is misspelt',
      (agent) => agent.call('sip:bob@contoso.example', offer, { onProvisonal() {} } as never),
      'options of call',
    ],
    [
      'a new password that is left out',
      (agent) => agent.changePassword(undefined as never),
      'password of changePassword',
    ],
    [
      'a registration for a time that is a text',
      (agent) => agent.register('x' as never),
      'expiresSeconds of register',
    ],
    ['a registration for half a second', (agent) => agent.register(0.5), 'expiresSeconds of register'],
    ['a registration that has ended', (agent) => agent.register(-1), 'expiresSeconds of register'],
    ['a registration for ever', (agent) => agent.register(Infinity), 'expiresSeconds of register'],
  ])('is refused before anything is dialled: %s', async (_, ask, place) => {
    let dials = 0;
    await using agent = new UserAgent({
      ...good,
      dial: () => {
        dials++;
        return Promise.reject(new Error('down'));
      },
    });
    await expect(ask(agent)).rejects.toMatchObject({ code: 'SIP_INVALID_ARGUMENT', place });
    expect(dials).toBe(0);
  });
});
