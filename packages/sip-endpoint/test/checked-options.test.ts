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
  const wrong: readonly [string, unknown, string][] = [
    ['none at all', undefined, 'options of UserAgent'],
    ['empty', {}, 'addressOfRecord of UserAgent'],
    ['without a server', without('server'), 'server of UserAgent'],
    ['with a server that is misspelt', { ...good, servr: good.server }, 'servr of UserAgent'],
    ['without newToken', without('newToken'), 'newToken of UserAgent'],
    ['without events', without('events'), 'events of UserAgent'],
    ['with credential', { ...good, credential: good.credentials }, 'credential of UserAgent'],
    [
      'with credentials that are the secret',
      { ...good, credentials: secret },
      'credentials.username of UserAgent',
    ],
    [
      'with a text as credentials, which may be a password',
      { ...good, credentials: 'hunter2' },
      'credentials of UserAgent',
    ],
    [
      'with a password that is misspelt',
      { ...good, credentials: { secret: { username: 'alice', pasword: 'secret' } } },
      'credentials.secret.pasword of UserAgent',
    ],
    [
      'with a list as secret',
      { ...good, credentials: { secret: ['alice'] } },
      'credentials.secret of UserAgent',
    ],
    [
      'with a record without hashes',
      { ...good, credentials: { secret: { username: 'alice', realm: 'contoso.example' } } },
      'credentials.secret.ha1 of UserAgent',
    ],
    [
      'with an algorithm that there is not',
      { ...good, credentials: { secret, algorithms: ['SHA256'] } },
      'credentials.algorithms of UserAgent',
    ],
    [
      'with an address without sip:',
      { ...good, addressOfRecord: 'alice@contoso.example' },
      'addressOfRecord of UserAgent',
    ],
    [
      'with an address without a user',
      { ...good, addressOfRecord: 'sip:contoso.example' },
      'addressOfRecord of UserAgent',
    ],
    [
      'with a text as port',
      { ...good, server: { ...good.server, port: '5061' } },
      'server.port of UserAgent',
    ],
    [
      'with an event that is misspelt',
      { ...good, events: { onMesage() {} } },
      'events.onMesage of UserAgent',
    ],
    [
      'with a text as what hears of an event',
      { ...good, events: { onMessage: 'x' } },
      'events.onMessage of UserAgent',
    ],
    ['with a timing that is a text', { ...good, stay: { pingMs: '2000' } }, 'stay.pingMs of UserAgent'],
    ['with a clock without timers', { ...good, clock: { now: () => 0 } }, 'clock of UserAgent'],
    ...['a b', 'münchen', '[::1', 'host:5061', 'host;x'].map((host): (typeof wrong)[number] => [
      `with ${host} as host`,
      { ...good, host },
      'host of UserAgent',
    ]),
    ...['abc', 'urn:uuid:">;x="y', 'urn:uuid:'].map((instance): (typeof wrong)[number] => [
      `with ${instance} as instance`,
      { ...good, instance },
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
      'newToken() of UserAgent',
    ]),
    ['with newToken that is async', { ...good, newToken: async () => 'token' }, 'newToken() of UserAgent'],
    ['with dialAsUser that is not called', { ...good, dial: dialAsUser }, 'dial of UserAgent'],
  ];
  it.each(wrong)('are refused where they are %s, and the fault names the option', (_, options, place) => {
    expect(faultOf(options)).toEqual({
      code: 'SIP_INVALID_ARGUMENT',
      message: expect.stringMatching(/^expected .+, found (?!.*hunter2)/),
      place,
      remedy: expect.stringMatching(/\w/),
    });
  });

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
    ['none at all', undefined, 'options of dialAsUser', 'an object with options, found nothing'],
    ['empty', {}, 'trust of dialAsUser', 'the option trust, found none'],
    ['with trust that is misspelt', { tust: {} }, 'tust of dialAsUser', 'found tust'],
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
      'onProvisonal of call',
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
