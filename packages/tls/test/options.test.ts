import * as https from 'node:https';
import * as tls from 'node:tls';
import {
  agent,
  connect,
  createTrust,
  dispatcher,
  httpClient,
  loadCredential,
  openTrust,
  serve,
  serverChain,
} from '@entente/tls';
import { profiles } from '@entente/trust';
import { Agent, EnvHttpProxyAgent, Pool } from 'undici';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bare, clientName, ended, makeWorld, presenting, serverName, type World } from './fixture.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Options = Record<string, unknown>;
type Call = (options: unknown) => unknown;

const asCallers = {
  serve: (options) => serve(tls, options as never, () => {}),
  connect: (options) => connect(options as never),
  agent: (options) => agent(options as never),
  dispatcher: (options) => dispatcher(Agent, options as never),
  httpClient: (options) => httpClient(options as never),
  serverChain: (options) => serverChain(options as never),
  openTrust: (options) => openTrust(options as never),
  loadCredential: (options) => loadCredential(options as never),
} satisfies Record<string, Call>;
type Name = keyof typeof asCallers;

/** Options that each function takes. */
function good(name: Name): Options {
  const outbound = { trust: world.trust, allow: [serverName] };
  const { authority, server } = world;
  return {
    serve: { trust: world.trust, identity: server, allow: [clientName], host: '127.0.0.1' },
    connect: { ...outbound, host: '127.0.0.1', port: 1, expect: { mode: 'host', name: serverName } },
    agent: outbound,
    dispatcher: outbound,
    httpClient: outbound,
    serverChain: { host: '127.0.0.1', port: 1 },
    openTrust: { anchors: { pem: authority.certificatePem } },
    loadCredential: { certificate: server.current.certificatePem, key: server.current.keyPem },
  }[name] as Options;
}

interface Fault {
  readonly code: string;
  readonly sentence: string;
  readonly place: string;
  readonly remedy: string;
}

/** The fault of a call; undefined where it succeeds. */
async function faultOf(name: Name, options: unknown): Promise<Fault | undefined> {
  try {
    const made = await asCallers[name](options);
    const { close, destroy } = made as { close?(): unknown; destroy?(): unknown };
    await (close ?? destroy)?.call(made);
    return undefined;
  } catch (fault) {
    return fault as Fault;
  }
}

const functions = Object.keys(asCallers) as Name[];

describe.each(functions)('the options of %s', (name) => {
  it('may be those that its types name', async () => {
    const fault = await faultOf(name, good(name));
    expect(fault?.code === 'ENTENTE_OPTION_INVALID' ? fault.sentence : 'read').toBe('read');
  });

  it.each([undefined, null, 'text', 7, [], () => {}])('are an object, not %o', async (options) => {
    expect(await faultOf(name, options)).toMatchObject({
      code: 'ENTENTE_OPTION_INVALID',
      place: `options of ${name}`,
    });
  });

  it.each([
    ['rejectUnauthorized', false],
    ['ca', []],
    ['checkServerIdentity', () => undefined],
    ['requestCert', false],
    ['secureContext', {}],
  ])('do not include %s of node:tls: no option turns a check off', async (option, value) => {
    expect(await faultOf(name, { ...good(name), [option]: value })).toMatchObject({
      code: 'ENTENTE_OPTION_INVALID',
      place: `${option} of ${name}`,
      sentence: `expected only options of ${name}, found ${option}`,
    });
  });

  it('are named by the fault where one is misspelt, with the nearest that exists', async () => {
    for (const option of Object.keys(good(name))) {
      const misspelt = `${option.slice(0, -2)}${option.at(-1)}${option.at(-2)}`;
      if (misspelt === option) continue;
      const options: Options = { ...good(name), [misspelt]: good(name)[option] };
      delete options[option];
      expect(await faultOf(name, options)).toMatchObject({
        code: 'ENTENTE_OPTION_INVALID',
        place: `${misspelt} of ${name}`,
        sentence: `expected only options of ${name}, found ${misspelt}`,
        remedy: `write ${option} if that is meant, or leave it out`,
      });
    }
  });

  it('are named by the fault where one is of another type', async () => {
    for (const option of Object.keys(good(name))) {
      for (const value of [null, Number.NaN, Symbol('x'), '']) {
        const fault = await faultOf(name, { ...good(name), [option]: value });
        expect(fault, option).toMatchObject({ code: 'ENTENTE_OPTION_INVALID' });
        expect(fault?.place).toMatch(new RegExp(`^${option}\\S* of ${name}$`));
        expect(fault?.sentence).toMatch(new RegExp(`^expected ${option}\\S* to be .+, found `));
      }
    }
  });
});

describe('the host that is dialled', () => {
  it.each(
    [
      'https://localhost',
      'localhost:8443',
      '[::1]',
      'localhost/path',
      'alice@localhost',
      'local host',
    ].flatMap((host) => (['connect', 'serverChain'] as const).map((name) => ({ host, name }))),
  )('is a name or an address alone, and $name refuses $host before DNS is asked', async ({ host, name }) => {
    expect(await faultOf(name, { ...good(name), host })).toMatchObject({
      code: 'ENTENTE_OPTION_INVALID',
      place: `host of ${name}`,
      remedy: 'give a name or an IP address, without scheme, port, path and brackets',
    });
  });

  it.each(['::1', 'fe80::1%lo', '127.0.0.1', 'localhost'])('may be %s', async (host) => {
    expect(await faultOf('serverChain', { ...good('serverChain'), host })).not.toMatchObject({
      code: 'ENTENTE_OPTION_INVALID',
    });
  });
});

describe('an option that must be given', () => {
  it.each<[Name, string, string]>([
    ['serve', 'trust', 'openTrust'],
    ['serve', 'identity', 'loadCredential'],
    ['serve', 'allow', 'list the exact names'],
    ['connect', 'trust', 'openTrust'],
    ['connect', 'allow', 'list the exact names'],
    ['connect', 'expect', 'the name that the server must have'],
    ['connect', 'host', 'address'],
    ['connect', 'port', 'port'],
    ['agent', 'allow', 'list the exact names'],
    ['dispatcher', 'allow', 'list the exact names'],
    ['httpClient', 'trust', 'openTrust'],
    ['serverChain', 'port', 'port'],
    ['openTrust', 'anchors', 'roots'],
    ['loadCredential', 'key', 'key'],
  ])('is missed by %s: %s', async (name, option, remedy) => {
    const options = good(name);
    delete options[option];
    const fault = await faultOf(name, options);
    expect(fault).toMatchObject({
      code: 'ENTENTE_OPTION_INVALID',
      place: `${option} of ${name}`,
      sentence: `expected the option ${option}, found none`,
    });
    expect(fault?.remedy).toContain(remedy);
    expect(await faultOf(name, { ...options, [option]: undefined })).toMatchObject({
      place: `${option} of ${name}`,
    });
  });
});

describe('what options say', () => {
  it.each<[Name, Options, string]>([
    ['serve', { limits: { maxPendng: 1 } }, 'limits.maxPendng of serve'],
    ['serve', { maxPending: 1 }, 'maxPending of serve'],
    ['serve', { clientCertificate: 'no' }, 'clientCertificate of serve'],
    ['serve', { clientCertificate: 'none' }, 'allow of serve'],
    ['serve', { http: { maxHeaderBytes: 1_024 } }, 'http.maxHeaderBytes of serve'],
    ['serve', { minVersion: 'TLSv1' }, 'minVersion of serve'],
    ['serve', { allow: clientName }, 'allow of serve'],
    ['serve', { allow: ['*.contoso.example'] }, 'allow[0] of serve'],
    ['serve', { link: { purpose: 'server' } }, 'link.purpose of serve'],
    ['serve', { expect: { mode: 'anyone' } }, 'expect.mode of serve'],
    ['serve', { port: 65_536 }, 'port of serve'],
    ['connect', { expect: { mode: 'inbound' } }, 'expect.mode of connect'],
    ['connect', { expect: { mode: 'host' } }, 'expect.name of connect'],
    ['connect', { expect: { mode: 'host', name: '' } }, 'expect.name of connect'],
    ['connect', { expect: { mode: 'host', name: 'a', domain: 'b' } }, 'expect.domain of connect'],
    ['connect', { expect: { mode: 'service', allowed: 'a' } }, 'expect.allowed of connect'],
    ['connect', { timeoutMs: Number.NaN }, 'timeoutMs of connect'],
    ['connect', { dane: { host: 'a', records: [{}] } }, 'dane.records[0].usage of connect'],
    ['connect', { link: { direction: 'inbound' } }, 'link.direction of connect'],
    ['agent', { expect: { mode: 'host', name: serverName } }, 'expect of agent'],
    ['agent', { maxSockets: 0 }, 'maxSockets of agent'],
    ['httpClient', { limits: { deadline: 1 } }, 'limits.deadline of httpClient'],
    ['dispatcher', { settings: { connect: () => {} } }, 'settings of dispatcher'],
    ['openTrust', { anchorDefaults: { limit: {} } }, 'anchorDefaults.limit of openTrust'],
    [
      'openTrust',
      { anchorDefaults: { limits: { domain: ['a.example'] } } },
      'anchorDefaults.limits.domain of openTrust',
    ],
    ['openTrust', { revocation: { mode: 'grace' } }, 'revocation.graceMs of openTrust'],
    ['openTrust', { revocation: { mode: 'hardfail' } }, 'revocation.mode of openTrust'],
    ['openTrust', { policy: { ...profiles.entente, budget: {} } }, 'policy.budget.signatures of openTrust'],
    ['openTrust', { fetch: { host: ['a.example'] } }, 'fetch.host of openTrust'],
    ['openTrust', { fetch: { hosts: ['http://ca.example'] } }, 'fetch.hosts[0] of openTrust'],
    ['openTrust', { fetch: { hosts: ['a.example', 'b.example:80'] } }, 'fetch.hosts[1] of openTrust'],
    ['openTrust', { fetch: { hosts: [], privateHosts: ['[::1]'] } }, 'fetch.privateHosts[0] of openTrust'],
    ['openTrust', { fetch: { hosts: 'a.example' } }, 'fetch.hosts of openTrust'],
    ['openTrust', { anchors: [] }, 'anchors of openTrust'],
  ])('is refused by %s where it means nothing: %j', async (name, options, place) => {
    expect(await faultOf(name, { ...good(name), ...options })).toMatchObject({
      code: 'ENTENTE_OPTION_INVALID',
      place,
    });
  });

  it('lists hosts as names, names below a domain, and addresses of both kinds', async () => {
    const fetch = {
      hosts: ['a.example', '*.contoso.example', '*', 'A_b.example'],
      privateHosts: ['::1', '127.0.0.1', 'ca'],
    };
    expect(await faultOf('openTrust', { ...good('openTrust'), fetch })).toBeUndefined();
    expect(await faultOf('openTrust', { ...good('openTrust'), fetch: { hosts: () => [] } })).toBeUndefined();
  });

  it('never puts a key into a fault', async () => {
    const { keyPem } = world.server.current;
    const fault = await faultOf('serve', { ...good('serve'), identity: keyPem });
    expect(fault?.sentence).toContain(`found a text of ${keyPem.length} characters`);
  });

  it('is read once: what a getter or the caller says later has no effect', async () => {
    let reads = 0;
    const allow = [clientName];
    const options = {
      ...good('serve'),
      get clientCertificate() {
        return reads++ === 0 ? 'required' : 'none';
      },
      allow,
    };
    const server = await serve(tls, options as never, (socket) => socket.end('hello'));
    closers.push(() => server.close());
    allow.push('other.contoso.example');
    const other = await world.issue({ dnsNames: ['other.contoso.example'] });
    expect((await ended(bare(server.port, presenting(other)))).received).toBe('');
    expect((await ended(bare(server.port))).received).toBe('');
    expect(reads).toBe(1);
  });

  it('is not taken from a prototype that somebody else has changed', async () => {
    const polluted = Object.prototype as { clientCertificate?: string };
    polluted.clientCertificate = 'none';
    try {
      const server = await serve(tls, good('serve') as never, (socket) => socket.end('hello'));
      closers.push(() => server.close());
      expect((await ended(bare(server.port))).received).toBe('');
    } finally {
      delete polluted.clientCertificate;
    }
  });

  it('is named by the sentence too, in a list and in a group', async () => {
    const sentence = async (name: Name, options: Options) =>
      (await faultOf(name, { ...good(name), ...options }))?.sentence;
    expect(await sentence('serve', { port: 'x' })).toBe(
      'expected port to be a whole number from 0 to 65535, found "x"',
    );
    expect(await sentence('serve', { limits: { maxPending: 'x' } })).toMatch(
      /^expected limits\.maxPending to be a whole number from .+, found "x"$/,
    );
    expect(await sentence('serve', { allow: [clientName, '*.contoso.example'] })).toBe(
      'expected allow[1] to be a DNS name, a URI or an IP address, found "*.contoso.example"',
    );
    await expect(serve(tls, good('serve') as never, 'x' as never)).rejects.toMatchObject({
      sentence: 'expected the third argument to be a function, found "x"',
    });
  });

  it('refuses a class for the dispatcher that dials by itself', async () => {
    const { https_proxy: before } = process.env;
    process.env.https_proxy = 'http://127.0.0.1:9';
    try {
      for (const Class of [https.Agent, Pool, EnvHttpProxyAgent, undefined, class {}]) {
        expect(() => dispatcher(Class as never, good('dispatcher') as never)).toThrow(
          expect.objectContaining({ code: 'ENTENTE_OPTION_INVALID', place: 'first argument of dispatcher' }),
        );
      }
      // It is the first thing that is said: the options are for the class.
      expect(() => dispatcher(undefined as never, { addresses: [] } as never)).toThrow(
        expect.objectContaining({ place: 'first argument of dispatcher' }),
      );
      const settings = { factory: (origin: string) => new Pool(origin) };
      expect(() => dispatcher(Agent, { ...good('dispatcher'), settings } as never)).toThrow(
        /found one that dials by itself/,
      );
    } finally {
      if (before === undefined) delete process.env.https_proxy;
      else process.env.https_proxy = before;
    }
  });

  it.each([{}, { judge: {} }, { judge: { judge: () => {} } }, undefined])(
    'refuses %o as the supplier of a trust',
    (supplier) => {
      expect(() => createTrust(supplier as never)).toThrow(
        expect.objectContaining({ code: 'ENTENTE_OPTION_INVALID', place: 'options of createTrust' }),
      );
    },
  );
});
