import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { issuerId, spkiHash } from '@entente/pki';
import { authorityFiles } from '@entente/pki/node';
import { createTestAuthority } from '@entente/testkit';
import { anchorsHash } from '@entente/topology';
import { decodePemCertificates, encodePem } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { day, type Holder, RollingRoot, read, tick, url } from './rolling-root.ts';

const hour = 3_600_000;

describe('a domain that goes from one root to the next', () => {
  let run: RollingRoot;
  /** The certificates of a member that is off from before the next root until after the first is retired. */
  let off: readonly Uint8Array[];

  beforeAll(async () => {
    run = await RollingRoot.start();
    off = run.holder('fe01.contoso.example').chain;
  });
  afterAll(() => run[Symbol.asyncDispose]());

  const anchorsOf = (...numbers: readonly number[]): string =>
    anchorsHash(numbers.map((number) => run.roots[number - 1]?.certificate.der as Uint8Array));
  const idOf = (number: number): string =>
    issuerId(run.roots[number - 1]?.certificate.publicKey.der as Uint8Array);
  const rootsPem = async (): Promise<readonly string[]> => {
    const response = await run.authority.fetch(new Request(`${url}/roots.pem`), undefined);
    const decoded = decodePemCertificates(await response.text());
    return decoded.ok ? decoded.value.map(({ der }) => spkiHash(der)) : [];
  };
  const hashOf = (number: number): string => spkiHash(run.roots[number - 1]?.certificate.der as Uint8Array);
  const issuersOf = ({ chain }: Pick<Holder, 'chain'>): readonly string[] =>
    chain.map((der) => /CN=[^,]*? (\w+ CA(?: \d)?)/.exec(read(der).issuer.toString())?.[1] ?? '?');
  const expectEveryone = async (believed: readonly (readonly number[])[]): Promise<void> => {
    for (const roots of believed) {
      for (const { chain, server, side } of run.holders)
        expect(await run.verdict(roots, chain), `${server} ${side} by ${roots}`).toBe('trusted');
      expect(await run.verdict(roots, run.own), `authority by ${roots}`).toBe('trusted');
      expect((await run.state()).anchors).toBeTypeOf('string');
    }
  };
  const statusOf = async () =>
    (await run.order('/issuers')) as unknown as {
      readonly roots: readonly {
        stage: string;
        dependents: readonly string[];
        dependentAdministrators: readonly string[];
        next?: string;
      }[];
      readonly issuers: readonly { number: number; root: number; stage: string }[];
      readonly waiting: readonly string[];
      readonly brought: readonly string[];
    };

  it('begins with one root, which nobody lists', async () => {
    expect((await run.state()).anchors).toBe(anchorsOf(1));
    expect(await rootsPem()).toEqual([hashOf(1)]);
    expect((await statusOf()).roots).toMatchObject([{ stage: 'active', isReached: false }]);
    await expectEveryone([[1]]);
  });

  it('records the next root, which nobody believes before the topology lists it', async () => {
    await run.prepare();
    await run.clock.advance(tick);
    expect((await statusOf()).roots.map(({ stage }) => stage)).toEqual(['active', 'unlisted']);
    expect((await run.state()).anchors).toBe(anchorsOf(1));
    expect((await run.state()).lists.map(({ issuer }) => issuer)).not.toContain(idOf(2));
    expect(await rootsPem()).toEqual([hashOf(1)]);
    await run.restart();
    expect((await statusOf()).roots.map(({ stage }) => stage)).toEqual(['active', 'unlisted']);
    expect((await run.state()).anchors).toBe(anchorsOf(1));
  });

  it('refuses a topology that lists no root below which anything could be issued', async () => {
    expect(await run.publish([run.listed(2)])).toMatch(/^root-in-use: /);
    expect(await run.publish([run.listed(1, 'tainted'), run.listed(2)])).toMatch(/^root-in-use: /);
  });

  it('refuses a topology that lists a root of which it has no record, also with every signature', async () => {
    const { certificatePem } = await createTestAuthority('contoso.example Root CA 2');
    const decoded = decodePemCertificates(certificatePem);
    const { der } = (decoded.ok ? decoded.value[0] : undefined) as { readonly der: Uint8Array };
    const certificate = Buffer.from(der).toString('base64');
    const forged = { name: 'root 2', sha256: spkiHash(der), certificate, stage: 'prepared' } as const;
    expect(await run.publish([run.listed(1), forged])).toMatch(/^root-unknown: .*root 2/);
    expect((await run.state()).anchors).toBe(anchorsOf(1));
  });

  it('believes both once the topology lists the next one as prepared, and issues below the first', async () => {
    expect(await run.publish([run.listed(1), run.listed(2, 'prepared')])).toBe('accepted');
    const { anchors, lists } = await run.state();
    expect(anchors).toBe(anchorsOf(1, 2));
    expect(lists.map(({ issuer }) => issuer)).toEqual(expect.arrayContaining([idOf(1), idOf(2)]));
    expect(await rootsPem()).toEqual([hashOf(1), hashOf(2)]);
    const file = decodePemCertificates(await readFile(join(run.directory, authorityFiles.rootCertificate)));
    expect(file.ok && file.value.map(({ der }) => spkiHash(der))).toEqual([hashOf(1), hashOf(2)]);
    expect((await run.token('edge02.contoso.example')).rootSpkiHash).toBe(
      spkiHash(run.roots[0]?.certificate.publicKey.der as Uint8Array),
    );
    await run.clock.advance(tick);
    await run.renewAll();
    expect(issuersOf(run.holder('fe01.contoso.example'))).toEqual(['Issuing CA 1', 'Root CA']);
    await expectEveryone([[1], [1, 2]]);
    expect((await statusOf()).roots[1]?.next).toContain('wait for 3 servers');
  });

  it('lets the next root certify an authority once it is active, which takes over an hour later', async () => {
    expect(await run.publish([run.listed(1), run.listed(2)])).toBe('accepted');
    await run.clock.advance(tick);
    expect((await statusOf()).waiting).toEqual(['root-request-2.json']);
    await run.visit(2);
    const { brought, waiting } = await statusOf();
    expect({ brought, waiting }).toEqual({ brought: ['root-answer-2.json'], waiting: [] });
    await run.clock.advance(tick);
    expect(await statusOf()).toMatchObject({ brought: [], waiting: [] });
    expect((await statusOf()).issuers).toMatchObject([
      { number: 1, root: 1, stage: 'active' },
      { number: 2, root: 2, stage: 'prepared' },
    ]);
    await run.renewAll();
    await expectEveryone([[1], [1, 2]]);
    await run.clock.advance(hour);
    expect((await statusOf()).issuers).toMatchObject([
      { number: 1, stage: 'retiring' },
      { number: 2, stage: 'active' },
    ]);
  });

  it('gives the authority itself a certificate by which new members reach it with the next root', async () => {
    await run.clock.advance(tick);
    expect(issuersOf({ chain: run.own })).toEqual(['Issuing CA 2', 'Root CA 2', 'Root CA']);
    expect((await run.token('edge02.contoso.example')).rootSpkiHash).toBe(
      spkiHash(run.roots[1]?.certificate.publicKey.der as Uint8Array),
    );
    expect(issuersOf(await run.state())[0]).toBe('Issuing CA 2');
    for (const roots of [[1], [2], [1, 2]]) expect(await run.verdict(roots, run.own)).toBe('trusted');
  });

  it('refuses to retire the first root while members have nothing else, and names them', async () => {
    await run.renew(run.holder('edge01.contoso.example'));
    const refusal = await run.publish([run.listed(2)]);
    expect(refusal).toMatch(/^members-left-behind: .*1 server: fe01\.contoso\.example/);
    expect((await statusOf()).roots[0]?.dependents).toEqual(['fe01.contoso.example']);
    expect((await run.state()).anchors).toBe(anchorsOf(1, 2));
  });

  it('gives members chains that reach those who believe the first root alone, the next alone, or both', async () => {
    await run.renewAll();
    expect(issuersOf(run.holder('fe01.contoso.example'))).toEqual(['Issuing CA 2', 'Root CA 2', 'Root CA']);
    await expectEveryone([[1], [2], [1, 2]]);
    const external = run.holder('edge01.contoso.example', 'external').chain.map(read);
    const named = external.flatMap(({ crlDistributionPoints = [] }) =>
      crlDistributionPoints.flatMap(({ name }) => (name?.type === 'full' ? name.names : [])),
    );
    for (const name of named) expect(name.type === 'uri' && name.value).toContain('http://access');
    expect(external).toHaveLength(3);
  });

  it('still believes a tainted root, and issues nothing below it', async () => {
    expect(await run.publish([run.listed(1, 'tainted'), run.listed(2)])).toBe('accepted');
    await run.clock.advance(tick);
    expect((await run.state()).anchors).toBe(anchorsOf(1, 2));
    expect((await statusOf()).roots[0]).toMatchObject({
      stage: 'tainted',
      dependents: [],
      next: expect.stringMatching(/^wait for 1 administrator \(alice\)/),
    });
    await expectEveryone([[1], [2], [1, 2]]);
  });

  it('refuses to retire the first root while an administrator has no certificate below the next, and names them', async () => {
    expect(await run.publish([run.listed(2)])).toMatch(/^members-left-behind: .*1 administrator: alice$/);
    expect((await statusOf()).roots[0]?.dependentAdministrators).toEqual(['alice']);
    await run.renewAdministrator();
    const { dependentAdministrators, next = '' } = (await statusOf()).roots[0] ?? {};
    expect(dependentAdministrators).toEqual([]);
    const [, until = ''] =
      /open connections may until (\S+): entente topology root retire from then on$/.exec(next) ?? [];
    const wait = Date.parse(until) - run.clock.now();
    expect(wait).toBeGreaterThan(day - 3 * tick);
    expect(wait).toBeLessThanOrEqual(day);
    await run.clock.advance(wait - 1);
    expect((await statusOf()).roots[0]?.next).toContain(`may until ${until}`);
    await run.clock.advance(1);
    expect((await statusOf()).roots[0]?.next).toMatch(/^no server .*; entente topology root retire ends/);
  });

  it('believes the first root no more once it is retired', async () => {
    expect(await run.publish([run.listed(2)])).toBe('accepted');
    await run.clock.advance(tick);
    const { anchors, chain, lists } = await run.state();
    expect(anchors).toBe(anchorsOf(2));
    const named = lists.map(({ issuer }) => issuer);
    expect(named).not.toContain(idOf(1));
    const known = new Set([idOf(2), ...chain.map((der) => issuerId(read(der).publicKey.der))]);
    for (const issuer of named) expect(known).toContain(issuer);
    expect(await rootsPem()).toEqual([hashOf(2)]);
    await run.renewAll();
    expect(issuersOf(run.holder('fe01.contoso.example'))).toEqual(['Issuing CA 2', 'Root CA 2']);
    await expectEveryone([[2]]);
  });

  it('believes it no more where the authority was killed once that version was stored, and before anything else was written', async () => {
    await run.authority[Symbol.asyncDispose]();
    const file = join(run.directory, authorityFiles.rootCertificate);
    const pemOf = (number: number) =>
      encodePem('CERTIFICATE', run.roots[number - 1]?.certificate.der as Uint8Array);
    expect(await readFile(file, 'utf8')).toBe(pemOf(2));
    // As they were before.
    await writeFile(file, pemOf(1) + pemOf(2));
    for (const name of ['trust-bundle.json', 'topology-published.json']) await rm(join(run.directory, name));
    run.authority = await run.open();
    expect(await rootsPem()).toEqual([hashOf(2)]);
    expect((await run.state()).anchors).toBe(anchorsOf(2));
    await run.clock.advance(tick);
    expect(await readFile(file, 'utf8')).toBe(pemOf(2));
    await expectEveryone([[2]]);
  });

  it('is reached by a member that was off all the time, and that member may renew', async () => {
    const before = read(run.own[0] as Uint8Array).serialHex;
    await run.clock.advance(4 * day);
    await run.clock.advance(tick);
    await run.renewAll();
    expect(read(run.own[0] as Uint8Array).serialHex).not.toBe(before);
    expect(issuersOf({ chain: run.own })).toEqual(['Issuing CA 2', 'Root CA 2', 'Root CA']);
    expect(await run.verdict([1], run.own)).toBe('trusted');
    const { trust } = run.authority.listener;
    expect(run.judged(trust.judge, off)).toBe('trusted');
    expect(run.judged(trust.judge, run.holder('fe01.contoso.example').chain)).toBe('trusted');
    expect(await run.verdict([2], off)).toBe('unknown-issuer');
  });

  it('is the same after a restart', async () => {
    await run.restart();
    expect((await run.state()).anchors).toBe(anchorsOf(2));
    expect((await statusOf()).roots.map(({ stage }) => stage)).toEqual(['retired', 'active']);
    await run.clock.advance(day);
    await expectEveryone([[2]]);
  });

  it('goes to a third root in the same way, if servers are left behind with the word of the administrators', async () => {
    await run.prepare();
    // At once: the answer that brings the root is taken for it, not a minute later.
    expect(await run.publish([run.listed(2), run.listed(3)])).toBe('accepted');
    await run.clock.advance(tick);
    await run.visit(3);
    await run.clock.advance(tick);
    await run.clock.advance(hour);
    await run.clock.advance(tick);
    expect(issuersOf({ chain: run.own })).toEqual(['Issuing CA 3', 'Root CA 3', 'Root CA 2']);
    expect(await run.publish([run.listed(3)])).toMatch(
      /^members-left-behind: .*2 servers.*; 1 administrator: alice$/,
    );
    expect(await run.judge([run.listed(3)])).toBe('members-left-behind');
    expect(await run.judge([run.listed(3)], '?leave-behind=true')).toBe('accepted');
    expect((await run.state()).anchors).toBe(anchorsOf(2, 3));
    expect(await run.publish([run.listed(3)], '?leave-behind=true')).toBe('accepted');
    expect((await run.state()).anchors).toBe(anchorsOf(3));
    await run.renewAll();
    await expectEveryone([[3]]);
  });
});
