import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestAuthority } from '@entente/testkit';
import { TlsFault, TrustError } from '@entente/tls';
import { reject } from '@entente/trust';
import { decodePemCertificates } from '@entente/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unwrittenRemedy } from '../src/files/unwritten.ts';
import { authorityFailure } from '../src/follow/authority-failure.ts';
import { ownCertificateProblem } from '../src/follow/own-certificate.ts';
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
