import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestAuthority, createTestLog, type TestAuthority } from '@entente/testkit';
import { systemClock, TlsFault, TrustError } from '@entente/tls';
import { reject } from '@entente/trust';
import { decodePemCertificates } from '@entente/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unwrittenRemedy } from '../src/files/write-failure.ts';
import { authorityFailure } from '../src/follow/authority-failure.ts';
import { ownCertificateProblem } from '../src/follow/own-certificate.ts';
import { OwnCertificateWatch } from '../src/follow/own-certificate-watch.ts';
import { startMember } from './hostile-authority.ts';
import { listOf } from './sample-domain.ts';

const place = 'ca.contoso.example:443';

describe('why the authority gives nothing', () => {
  const causeOf = (error: unknown) => {
    const { fields } = authorityFailure(error);
    expect(fields.remedy).toMatch(/./);
    return [fields.event, fields.reason];
  };

  it.each([
    [
      'there is no connection',
      Object.assign(new Error('no'), { code: 'ECONNREFUSED' }),
      ['authority-unreachable', undefined],
    ],
    ['nothing comes in time', tlsFault('ENTENTE_TIMEOUT'), ['authority-unreachable', undefined]],
    [
      'it closes after its verdict',
      new TrustError(reject('peer-refused', {}), place),
      ['authority-refused-us', 'peer-refused'],
    ],
    [
      'it sends a TLS alert',
      Object.assign(new Error('alert'), { code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' }),
      ['authority-refused-us', 'peer-refused'],
    ],
    [
      'our verdict refuses it',
      new TrustError(
        reject('certificate-expired', { depth: 0, subject: 'CN=ca', notAfter: 0, now: 1 }),
        place,
      ),
      ['authority-refused', 'certificate-expired'],
    ],
    [
      'our clock is behind',
      new TrustError(reject('clock-untrusted', {}), place),
      ['clock-untrusted', 'clock-untrusted'],
    ],
    [
      'its answer is too large',
      tlsFault('ENTENTE_ANSWER_TOO_LARGE'),
      ['authority-answer-refused', undefined],
    ],
    ['its answer is no HTTP', tlsFault('ENTENTE_ANSWER_INVALID'), ['authority-answer-refused', undefined]],
  ])('has its own event: %s', (_, error, expected) => {
    expect(causeOf(error)).toEqual(expected);
  });

  it.each(['EMFILE', 'ENFILE'])('has the remedy for open files where these are used up: %s', (code) => {
    const used = Object.assign(new Error(`connect ${code} 127.0.0.1:443 - Local (undefined:undefined)`), {
      code,
    });
    expect(authorityFailure(used).fields.remedy).toContain('LimitNOFILE');
    expect(unwrittenRemedy(`${code}: too many open files, open 'state.json'`)).toContain('LimitNOFILE');
    expect(unwrittenRemedy('ENOSPC: no space left on device, write')).toContain('Make space');
  });

  describe('is logged', () => {
    let member: Awaited<ReturnType<typeof startMember>>;
    beforeEach(async () => {
      member = await startMember();
    });
    afterEach(() => member[Symbol.asyncDispose]());
    const first = () => member.lines.map(({ event, reason }) => [event, reason])[0];

    it.each<[string, number, string | undefined, [string, string]]>([
      ['it refuses us with a reason', 403, 'not-in-topology', ['authority-refused-us', 'not-in-topology']],
      ['it refuses us without a reason', 401, undefined, ['authority-refused-us', 'status-401']],
      ['it fails', 500, undefined, ['authority-answer-refused', 'status-500']],
      ['it has nothing', 404, 'not-found', ['authority-answer-refused', 'not-found']],
    ])('where %s', async (_, status, reason, expected) => {
      member.answer('/state', (_request, response) =>
        response.writeHead(status).end(JSON.stringify({ reason })),
      );
      await member.follower.refresh();
      expect(first()).toEqual(expected);
    });

    it('where the connection breaks off', async () => {
      member.answer('/state', (request) => void request.socket.destroy());
      await member.follower.refresh();
      expect(first()?.[0]).toMatch(/authority-(unreachable|refused-us)/);
    });
  });
});

describe('a server whose own certificate is over', () => {
  const fqdn = 'fe1.contoso.example';
  const now = Date.now();

  it('finds its own serial number in a list of its authority, with date and reason', async () => {
    const authority = await createTestAuthority('Contoso Root');
    const { certificatePem, serialHex } = await authority.issue({ dnsNames: [fqdn] });
    const leaf = leafOf(certificatePem);
    const list = await listOf(authority, { number: 2, revoked: [serialHex] });
    const problem = ownCertificateProblem(fqdn, leaf, [list], now);
    expect(problem?.fields).toMatchObject({
      event: 'own-certificate-revoked',
      serial: serialHex,
      reason: 'keyCompromise',
    });
    expect(problem?.fields.remedy).toContain(`entente join-token ${fqdn}`);
    const other = await listOf(authority, { number: 2, revoked: ['4711'] });
    expect(ownCertificateProblem(fqdn, leaf, [other], now)).toBeUndefined();
  });

  it('does not take the list of another authority of the same name for its own', async () => {
    const [ours, other] = [
      await createTestAuthority('Contoso Root'),
      await createTestAuthority('Contoso Root'),
    ];
    const { certificatePem, serialHex } = await ours.issue({ dnsNames: [fqdn] });
    const list = await listOf(other, { number: 2, revoked: [serialHex] });
    expect(ownCertificateProblem(fqdn, leafOf(certificatePem), [list], now)).toBeUndefined();
  });

  it('finds that it has expired', async () => {
    const authority = await createTestAuthority('Contoso Root');
    const leaf = leafOf((await authority.issue({ dnsNames: [fqdn], notAfter: now - 1_000 })).certificatePem);
    expect(ownCertificateProblem(fqdn, leaf, [], now)?.fields.event).toBe('own-certificate-expired');
    expect(ownCertificateProblem(fqdn, leaf, [], leaf.notAfter)).toBeUndefined();
  });

  it('says so once, from the list that the trust state names', async () => {
    await using member = await startMember();
    const list = await listOf(member.root, { number: 2, revoked: [member.ownSerial] });
    member.namesList(list);
    await member.follower.refresh();
    await member.follower.refresh();
    const said = member.lines.filter(({ event }) => event === 'own-certificate-revoked');
    expect(said).toHaveLength(1);
  });

  it('says so where the authority refuses it, from the list that is published for outsiders, which is never in force', async () => {
    await using published = await publish();
    await using member = await startMember({}, published.url);
    published.list = (await listOf(member.root, { number: 2, revoked: [member.ownSerial] })).der;
    member.answer('/state', (_, response) => response.writeHead(403).end());
    await member.follower.refresh();
    expect(member.lines.map(({ event }) => event)).toEqual([
      'authority-refused-us',
      'own-certificate-revoked',
    ]);
    expect(member.state.lists).toEqual([]);
    expect(member.ownCertificate.problem?.fields).toMatchObject({
      event: 'own-certificate-revoked',
      reason: 'keyCompromise',
    });
  });

  it('says so at once where the authority refuses its stream of events', async () => {
    await using published = await publish();
    await using member = await startMember({}, published.url);
    published.list = (await listOf(member.root, { number: 2, revoked: [member.ownSerial] })).der;
    member.answer('/events', (_, response) => response.writeHead(403).end());
    await member.follower.start();
    await expect.poll(() => member.events).toContain('own-certificate-revoked');
  });

  it('says of a hold how it ends, and not that it must join again', async () => {
    await using outside = await seen({ number: 2, isHold: true });
    const { remedy, serial } = outside.member.ownCertificate.problem!.fields;
    expect(remedy).toContain(`entente cert release ${serial}`);
    expect(remedy).not.toContain('join-token');
  });

  it('stays so whatever newer list is published, and until it has another certificate', async () => {
    await using outside = await seen({ number: 2 });
    await outside.publish({ number: 3, revoked: [] });
    expect(outside.reason()).toBe('keyCompromise');
    const { chainPem, keyPem } = await outside.member.root.issue({ dnsNames: [fqdn] });
    await outside.member.identity.replace({ certificate: chainPem, key: keyPem });
    expect(outside.reason()).toBeUndefined();
  });

  it('is so no longer once a newer list has released it from hold', async () => {
    await using outside = await seen({ number: 2, isHold: true });
    expect(outside.reason()).toBe('certificateHold');
    await outside.publish({ number: 1, revoked: [] });
    expect(outside.reason(), 'an old list').toBe('certificateHold');
    await outside.publish({ number: 3, revoked: [] });
    expect(outside.reason()).toBeUndefined();
  });

  it('is so no longer once a list in force knows better', async () => {
    await using outside = await seen({ number: 2, isHold: true });
    outside.member.state.takeUp({ lists: [await listOf(outside.member.root, { number: 1 })] });
    expect(outside.reason(), 'an old list').toBe('certificateHold');
    outside.member.state.takeUp({ lists: [await listOf(outside.member.root, { number: 3 })] });
    expect(outside.reason()).toBeUndefined();
  });

  it.each([
    ['is older than the one in force', { number: 2 }, { number: 3 }],
    ['is over', { number: 4, nextUpdate: now - 1_000 }, { number: 3 }],
    ['is of tomorrow', { number: 4, thisUpdate: now + 86_400_000 }, { number: 3 }],
  ])('believes no such list that %s: somebody plays it back', async (_, list, inForce) => {
    await using outside = await seen({ ...list, isHold: true }, inForce);
    expect(outside.reason()).toBeUndefined();
    expect(outside.member.events).not.toContain('own-certificate-revoked');
  });

  it('believes no such list that its authority has not signed', async () => {
    await using published = await publish();
    await using member = await startMember({}, published.url);
    const forged = (await listOf(member.root, { number: 2, revoked: [member.ownSerial] })).der.slice();
    // In the signature.
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    published.list = forged;
    member.answer('/state', (_, response) => response.writeHead(403).end());
    await member.follower.refresh();
    expect(member.lines.map(({ event }) => event)).toEqual(['authority-refused-us']);
    expect(member.ownCertificate.problem).toBeUndefined();
  });

  it('believes no such list that was signed by another than a believed authority, with the same name', async () => {
    await using published = await publish();
    await using member = await startMember({}, published.url);
    const other = await createTestAuthority('Contoso Root');
    published.list = (await listOf(other, { number: 2, revoked: [member.ownSerial] })).der;
    member.answer('/state', (_, response) => response.writeHead(403).end());
    await member.follower.refresh();
    expect(member.ownCertificate.problem).toBeUndefined();
  });

  it('believes no list of an authority of its own chain that leads to no root in force', async () => {
    await using published = await publish();
    const retired = await createTestAuthority('Contoso Old Root');
    const issuer = await retired.subordinate('Contoso Issuing CA');
    const { chainPem, serialHex } = await issuer.issue({ dnsNames: [fqdn], crlUrl: published.url });
    published.list = (await listOf(issuer, { number: 2, revoked: [serialHex] })).der;
    const look = async (root: TestAuthority) => {
      const watch = new OwnCertificateWatch({
        fqdn,
        chainPem: () => chainPem,
        addresses: new Map([['ca.contoso.example', '127.0.0.1']]),
        state: { lists: [], roots: [leafOf(root.certificatePem)] },
        listAlarm: { see() {} },
        clock: systemClock,
        log: createTestLog(),
      });
      await watch.lookOutside(AbortSignal.timeout(60_000));
      return watch.problem?.fields.event;
    };
    expect(await look(retired)).toBe('own-certificate-revoked');
    expect(await look(await createTestAuthority('Contoso Root'))).toBeUndefined();
  });
});

function tlsFault(code: ConstructorParameters<typeof TlsFault>[0]): TlsFault {
  return new TlsFault(code, { sentence: 'expected one, found two', place, remedy: 'try again' });
}

function leafOf(pem: string) {
  const decoded = decodePemCertificates(pem);
  if (!decoded.ok || decoded.value[0] === undefined) throw new Error('no certificate');
  return decoded.value[0];
}

/** A member whose authority refuses it, and has published a list with its certificate. */
async function seen(list: Parameters<typeof listOf>[1], inForce?: Parameters<typeof listOf>[1]) {
  const published = await publish();
  const member = await startMember({}, published.url);
  member.answer('/state', (_, response) => response.writeHead(403).end());
  if (inForce !== undefined) member.state.takeUp({ lists: [await listOf(member.root, inForce)] });
  const outside = {
    member,
    reason: () => member.ownCertificate.problem?.fields.reason,
    async publish(next: Parameters<typeof listOf>[1]) {
      published.list = (await listOf(member.root, { revoked: [member.ownSerial], ...next })).der;
      await member.follower.refresh();
    },
    async [Symbol.asyncDispose]() {
      await member[Symbol.asyncDispose]();
      await published[Symbol.asyncDispose]();
    },
  };
  await outside.publish(list);
  return outside;
}

/** Plain HTTP for outsiders. */
async function publish() {
  const published = {
    list: new Uint8Array() as Uint8Array,
    url: '',
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((_request, response) => response.end(published.list));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  published.url = `http://ca.contoso.example:${(server.address() as AddressInfo).port}/0.crl`;
  return published;
}
