import { createJoinToken } from '@entente/pki';
import {
  createKeyAndRequest,
  enrol,
  formatJoinToken,
  parseJoinToken,
  renew,
  renewalTime,
} from '@entente/pki/client';
import { keySigner } from '@entente/pki/node';
import { packPkcs12, unpackPkcs12 } from '@entente/pki/pkcs12';
import { signerCompliance } from '@entente/pki/signer';
import { describe, expect, it } from 'vitest';

/** What callers without a compiler pass. */
const given = (value: unknown) => value as never;

async function faultOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (fault) {
    return fault;
  }
}

/** The call is refused, and the fault names the argument. */
async function refused(call: () => unknown, place: string, sentence = /^expected /): Promise<void> {
  const fault = await faultOf(call);
  expect(fault, place).toMatchObject({
    code: 'ENTENTE_PKI_BAD_ARGUMENT',
    place,
    message: expect.stringMatching(sentence),
    remedy: expect.stringMatching(/./),
  });
}

const server = 'fe01.contoso.example';
const authority = 'https://ca.contoso.example';
const token = {
  authority,
  server,
  rootSpkiHash: 'a'.repeat(64),
  administratorsHash: 'b'.repeat(64),
  secret: new Uint8Array(16),
  notAfter: 1_800_000_000_000,
};
let asked = 0;
const transport = async () => {
  asked++;
  return new Response('', { status: 502 });
};
const key = await createKeyAndRequest({ subject: server });

describe('a certificate', () => {
  it('is not requested for the interface inside where the name of the option is misspelt', async () => {
    asked = 0;
    const misspelt = { interfaces: 'external' };
    await refused(
      () => enrol(given({ token, key, transport, ...misspelt })),
      'options of enrol',
      /"interfaces"/,
    );
    await refused(
      () => renew(given({ authority, key, transport, ...misspelt })),
      'options of renew',
      /"interfaces"/,
    );
    expect(asked).toBe(0);
  });

  it('is not requested with options that have another form', async () => {
    asked = 0;
    const cases: readonly [object, string][] = [
      [{ token: formatJoinToken(token) }, 'token'],
      [{ token: parseJoinToken(formatJoinToken(token)) }, 'token'],
      [{ token: { ...token, authority: 'http://ca.contoso.example' } }, 'token'],
      [{ key: createKeyAndRequest({ subject: server }) }, 'key'],
      [{ key: { ...key, request: 'text' } }, 'key'],
      [{ transport: { fetch } }, 'transport'],
      [{ interface: ['external'] }, 'interface'],
      [{ signal: new AbortController() }, 'signal'],
    ];
    for (const [wrong, place] of cases)
      await refused(() => enrol(given({ token, key, transport, ...wrong })), `${place} of enrol`);
    for (const other of [undefined, 'ca.contoso.example', 'http://ca.contoso.example'])
      await refused(
        () => renew(given({ authority: other, key, transport })),
        'authority of renew',
        /^expected a URL that begins with https:/,
      );
    for (const nothing of [undefined, null, token.authority]) {
      await refused(() => enrol(given(nothing)), 'options of enrol');
      await refused(() => renew(given(nothing)), 'options of renew');
    }
    expect(asked).toBe(0);
  });

  it('is requested with options of any form that has the names', async () => {
    const options = {
      authority,
      key: Object.freeze({ ...key }),
      transport,
      interface: undefined,
      signal: undefined,
    };
    const withoutPrototype = Object.assign(Object.create(null) as object, options);
    const buffers = { ...options, key: { ...key, request: Buffer.from(key.request) } };
    class Options {
      get authority() {
        return authority;
      }
      get key() {
        return key;
      }
      get transport() {
        return transport;
      }
      get signal() {
        return new AbortController().signal;
      }
    }
    for (const one of [Object.freeze(options), withoutPrototype, buffers, new Options()])
      expect(await renew(given(one))).toMatchObject({ ok: false, refusal: { status: 502 } });
  });

  it('is not renewed at once because a time is missing', async () => {
    const life = { notBefore: 0, notAfter: 1_000 };
    for (const random of [undefined, Number.NaN, '0.5', -0.1, 1.1, 20])
      await refused(() => renewalTime(life, given(random)), 'random of renewalTime');
    for (const other of [undefined, {}, { ...life, notAfter: new Date() }, { ...life, notBefore: '0' }])
      await refused(() => renewalTime(given(other), 0.5), 'certificate of renewalTime');
  });
});

describe('a key', () => {
  it('is not generated beside the one that a misspelt option gives', async () => {
    await refused(
      () => createKeyAndRequest(given({ subject: server, privateKeyPEM: key.privateKeyPem })),
      'options of createKeyAndRequest',
      /"privateKeyPEM"/,
    );
  });

  it('is of a kind that there is, and its request has names that are texts', async () => {
    for (const keyKind of ['rsa-1024', 'constructor', 2048])
      await refused(
        () => createKeyAndRequest(given({ subject: server, keyKind })),
        'keyKind of createKeyAndRequest',
        /ec-p256, ec-p384, rsa-2048, rsa-3072/,
      );
    for (const dnsNames of [server, [undefined], [[server]]])
      await refused(
        () => createKeyAndRequest(given({ subject: server, dnsNames })),
        'dnsNames of createKeyAndRequest',
      );
    await refused(() => createKeyAndRequest(given({})), 'subject of createKeyAndRequest');
    await refused(() => createKeyAndRequest(given(server)), 'options of createKeyAndRequest');
  });

  it('is packed with the rounds that were meant, or not at all', async () => {
    const content = { privateKey: Uint8Array.of(0x30, 0), chain: [Uint8Array.of(0x30, 0)] };
    const password = 'correct horse';
    const pack = (options: unknown) => () => packPkcs12(content, given(options));
    await refused(pack({ password, iteration: 500_000 }), 'options of packPkcs12', /"iteration"/);
    for (const iterations of [0, 1, 999, 1_000.5, Number.NaN, Number.POSITIVE_INFINITY, '100000'])
      await refused(pack({ password, iterations }), 'iterations of packPkcs12');
    await refused(pack({ password, friendlyName: 7 }), 'friendlyName of packPkcs12');
    await refused(pack(password), 'options of packPkcs12');
    for (const wrong of [undefined, 7, Buffer.from(password)])
      await refused(pack({ password: wrong }), 'password of packPkcs12');
  });

  it('is packed as DER with certificates in DER, and never as PEM', async () => {
    const good = { privateKey: Uint8Array.of(0x30, 0), chain: [Uint8Array.of(0x30, 0)] };
    const pack = (content: unknown) => () => packPkcs12(given(content), { password: 'correct horse' });
    for (const privateKey of [undefined, key.privateKeyPem, Buffer.from(key.privateKeyPem)])
      await refused(pack({ ...good, privateKey }), 'privateKey of packPkcs12');
    for (const chain of [undefined, [], ['text'], good.privateKey, [Buffer.from('-----BEGIN')]])
      await refused(pack({ ...good, chain }), 'chain of packPkcs12');
    await refused(pack({ ...good, certificates: [] }), 'options of packPkcs12');
  });

  it('is not read of what is not a file, or with a password that is not a text', async () => {
    for (const password of [undefined, false, Buffer.from('correct horse')])
      await refused(() => unpackPkcs12(new Uint8Array(3), given(password)), 'password of unpackPkcs12');
    for (const file of [undefined, 'server.p12', [1, 2]])
      await refused(() => unpackPkcs12(given(file), 'correct horse'), 'pfx of unpackPkcs12');
  });

  it('signs nothing where it is not a KeyObject', async () => {
    for (const value of [undefined, null, key.privateKeyPem])
      expect(await faultOf(() => keySigner(given(value)))).toMatchObject({
        code: 'ENTENTE_PKI_KEY_UNSUPPORTED',
      });
    await refused(() => signerCompliance(given({})), 'setup of signerCompliance');
  });
});

describe('a join token', () => {
  it('is not written with a field that nobody can read again', async () => {
    const cases = [{ notAfter: undefined }, { notAfter: new Date(0) }, { secret: 'text' }, { server: 7 }];
    for (const wrong of [...cases, { authority: undefined }, { rootSpkiHash: undefined }])
      await refused(() => formatJoinToken(given({ ...token, ...wrong })), 'join token', /./);
    await refused(() => formatJoinToken(given(undefined)), 'join token', /./);
  });

  it('is not created where a time is missing: it would be valid for ever', async () => {
    const { secret, ...parts } = token;
    const now = token.notAfter - 60_000;
    const create = (more: object, at: unknown) => () =>
      createJoinToken(given({ ...parts, ...more }), () => secret, given(at));
    expect(await faultOf(create({}, now))).toBeUndefined();
    for (const at of [undefined, Number.NaN, 'now'])
      await refused(create({}, at), 'notAfter of a join token');
    for (const notAfter of [undefined, Number.NaN, 'later'])
      await refused(create({ notAfter }, now), 'notAfter of a join token');
    await refused(() => createJoinToken(given(undefined), () => secret, now), 'notAfter of a join token');
  });

  it('is not read of what is not a text', async () => {
    for (const value of [undefined, 7, Buffer.from(formatJoinToken(token))])
      await refused(() => parseJoinToken(given(value)), 'text of parseJoinToken');
  });
});
