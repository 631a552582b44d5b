import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority, createTestLog, type TestAuthority } from '@entente/testkit';
import { type Clock, systemClock } from '@entente/tls';
import { decodeCertificationRequest } from '@entente/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CredentialFiles, type KeyPair } from '../src/credential/credential-files.ts';
import { RenewedCredential } from '../src/credential/renewed-credential.ts';
import { type FileName, MemberFiles } from '../src/files/member-files.ts';
import { TestClock } from './sample-domain.ts';

const dnsNames = ['fe1.contoso.example'];

/** Something that happens when the test says so. */
function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** Says when a file begins to be written, and what has been written since. */
class WatchedFiles extends MemberFiles {
  readonly begun = gate();
  readonly written: FileName[] = [];

  override async write(name: FileName, text: string): Promise<void> {
    if (name === 'pending') this.begun.open();
    await super.write(name, text);
    this.written.push(name);
  }
}

describe('the certificate of an interface', () => {
  let directory: string;
  let root: TestAuthority;
  let first: KeyPair;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-renewed-'));
    root = await createTestAuthority('Contoso Root');
    const { chainPem, keyPem } = await root.issue({ dnsNames });
    first = { certificate: chainPem, key: keyPem };
    await new CredentialFiles(new MemberFiles(directory), 'internal').replace(first);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** The identity of a server whose authority has been asked once `asked` is open, and answers after `answer`. */
  const open = async (files: MemberFiles) => {
    const asked = gate();
    const answer = gate();
    const logged: string[] = [];
    const transport = async (request: Request): Promise<Response> => {
      const wanted = new Uint8Array(await request.arrayBuffer());
      asked.open();
      await answer.opened;
      return new Response(await root.certify(wanted, { dnsNames }), { status: 201 });
    };
    const renewed = await RenewedCredential.open({
      subject: () => 'fe1.contoso.example',
      files: new CredentialFiles(files, 'internal'),
      authority: { url: 'https://ca.contoso.example', enrolTransport: transport },
      clock: systemClock,
      log: createTestLog(({ message }) => logged.push(message)),
    });
    return { renewed, asked, answer, logged };
  };
  const onDisk = async (): Promise<KeyPair> => {
    const files = new MemberFiles(directory);
    return { certificate: `${await files.read('certificate')}`, key: `${await files.read('key')}` };
  };

  it('is another one with another key once it is renewed, on disk too', async () => {
    const { answer, logged, renewed } = await open(new MemberFiles(directory));
    answer.open();
    await renewed.renewNow();
    const { certificatePem, keyPem } = renewed.credential.current;
    expect(keyPem).not.toBe(first.key);
    expect(await onDisk()).toEqual({ certificate: certificatePem, key: keyPem });
    expect(logged).toEqual(['certificate of the internal interface renewed']);
    await renewed[Symbol.asyncDispose]();
  });

  it('is renewed within a while, which a later call with a longer one does not postpone', async () => {
    const { answer, asked, renewed } = await open(new MemberFiles(directory));
    answer.open();
    renewed.renewWithin(1);
    renewed.renewWithin(86_400_000);
    await asked.opened;
    await expect.poll(() => renewed.credential.current.keyPem).not.toBe(first.key);
    await renewed[Symbol.asyncDispose]();
  });

  it('that was not renewed because the authority was away is renewed soon once it is reached, and not where it refused', async () => {
    const clock = new TestClock(Date.now());
    let asked = 0;
    let answer = async (_wanted: Uint8Array): Promise<Response> => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    };
    const renewed = await RenewedCredential.open({
      subject: () => 'fe1.contoso.example',
      files: new CredentialFiles(new MemberFiles(directory), 'internal'),
      authority: {
        url: 'https://ca.contoso.example',
        enrolTransport: async (request) => {
          asked += 1;
          return answer(new Uint8Array(await request.arrayBuffer()));
        },
      },
      clock,
      log: createTestLog(),
    });
    /** Waits for a renewal that is under way. */
    const settled = () => renewed.newerThan(0);
    renewed.authorityReached();
    clock.advance(30_000);
    await settled();
    expect(asked, 'nothing has failed').toBe(0);
    await renewed.renewNow();
    expect(renewed.failure).toMatchObject({ isUnreached: true });
    clock.advance(30_000);
    await settled();
    expect(asked, 'it is away still').toBe(1);
    answer = async () =>
      Response.json({ reason: 'not-in-topology', message: 'no', remedy: 'r' }, { status: 403 });
    renewed.authorityReached();
    clock.advance(30_000);
    await expect.poll(() => renewed.failure?.isUnreached).toBe(false);
    renewed.authorityReached();
    clock.advance(30_000);
    await settled();
    expect(asked, 'it has refused').toBe(2);
    answer = async (wanted) => new Response(await root.certify(wanted, { dnsNames }), { status: 201 });
    clock.advance(570_000);
    await expect.poll(() => renewed.failure).toBeUndefined();
    expect(renewed.credential.current.keyPem).not.toBe(first.key);
    await renewed[Symbol.asyncDispose]();
  });

  it('stays on disk as it is where the answer comes after the end: the directory may be the next one’s by then', async () => {
    const files = new WatchedFiles(directory);
    const { answer, asked, logged, renewed } = await open(files);
    const renewing = renewed.renewNow();
    await asked.opened;
    const closing = renewed[Symbol.asyncDispose]();
    answer.open();
    await Promise.all([closing, renewing]);
    expect(files.written, 'the key alone, before the authority was asked').toEqual(['nextKey']);
    expect(await onDisk()).toEqual(first);
    expect(logged, 'and nothing is said of it').toEqual([]);
  });

  it('is written to its end where the end comes meanwhile, and nothing is written afterwards', async () => {
    const files = new WatchedFiles(directory);
    const { answer, renewed } = await open(files);
    answer.open();
    const renewing = renewed.renewNow();
    await files.begun.opened;
    await renewed[Symbol.asyncDispose]();
    expect(files.written).toEqual(['nextKey', 'pending', 'key', 'certificate']);
    await renewing;
  });

  it('is requested again with the same key after the answer was lost, also by the next run', async () => {
    const keys: string[] = [];
    const asking = async (answers: boolean) => {
      const transport = async (request: Request): Promise<Response> => {
        const wanted = new Uint8Array(await request.arrayBuffer());
        const decoded = decodeCertificationRequest(wanted);
        keys.push(decoded.ok ? Buffer.from(decoded.value.publicKey.der).toString('hex') : '');
        if (!answers) throw new Error('the connection is gone');
        return new Response(await root.certify(wanted, { dnsNames }), { status: 201 });
      };
      const renewed = await RenewedCredential.open({
        subject: () => 'fe1.contoso.example',
        files: new CredentialFiles(new MemberFiles(directory), 'internal'),
        authority: { url: 'https://ca.contoso.example', enrolTransport: transport },
        clock: systemClock,
        log: createTestLog(() => {}),
      });
      await renewed.renewNow();
      await renewed[Symbol.asyncDispose]();
    };
    await asking(false);
    await asking(false);
    await asking(true);
    await asking(true);
    expect(new Set(keys.slice(0, 3)).size, 'until it has its certificate').toBe(1);
    expect(keys[3], 'and then another one').not.toBe(keys[0]);
  });

  it('is requested with another key where a crash has left the one that has its certificate', async () => {
    const files = new MemberFiles(directory);
    await new CredentialFiles(files, 'internal').keepNextKey(first.key);
    const { answer, renewed } = await open(files);
    answer.open();
    await renewed.renewNow();
    expect(renewed.credential.current.keyPem).not.toBe(first.key);
    await renewed[Symbol.asyncDispose]();
  });

  it('is requested with another key where the authority never certifies this one', async () => {
    const keys: string[] = [];
    const files = new CredentialFiles(new MemberFiles(directory), 'internal');
    const renewed = await RenewedCredential.open({
      subject: () => 'fe1.contoso.example',
      files,
      authority: {
        url: 'https://ca.contoso.example',
        async enrolTransport() {
          keys.push(`${await files.nextKey()}`);
          const problem = { reason: 'key-compromised', detail: 'the key is blocked', remedy: 'another one' };
          return Response.json(problem, { status: 403 });
        },
      },
      clock: systemClock,
      log: createTestLog(() => {}),
    });
    await renewed.renewNow();
    await renewed.renewNow();
    await renewed[Symbol.asyncDispose]();
    expect(new Set(keys).size).toBe(2);
    expect(await onDisk()).toEqual(first);
  });

  it('is renewed when its time has come although the clock was set meanwhile, or the machine slept', async () => {
    const waits: { readonly delayMs: number; readonly run: () => void }[] = [];
    let now = Date.now();
    const clock: Clock = {
      now: () => now,
      after(delayMs, run) {
        waits.push({ delayMs, run });
        return () => {};
      },
    };
    const asked = gate();
    const renewed = await RenewedCredential.open({
      subject: () => 'fe1.contoso.example',
      files: new CredentialFiles(new MemberFiles(directory), 'internal'),
      authority: {
        url: 'https://ca.contoso.example',
        async enrolTransport(request) {
          asked.open();
          return new Response(await root.certify(new Uint8Array(await request.arrayBuffer()), { dnsNames }), {
            status: 201,
          });
        },
      },
      clock,
      log: createTestLog(() => {}),
    });
    expect(waits.at(-1)?.delayMs, 'ten minutes at most').toBeLessThanOrEqual(600_000);
    waits.at(-1)?.run();
    expect(waits, 'it is not time yet').toHaveLength(2);
    now = renewed.credential.current.leaf.notAfter - 60_000;
    waits.at(-1)?.run();
    await asked.opened;
    await renewed[Symbol.asyncDispose]();
  });

  describe('after a clock that was a year ahead for 20 minutes', () => {
    const minute = 60_000;
    const day = 24 * 60 * minute;
    /** A server whose authority gives nothing, and how often it was asked. */
    const refused = async () => {
      const clock = new TestClock(Date.now());
      let asked = 0;
      const renewed = await RenewedCredential.open({
        subject: () => 'fe1.contoso.example',
        files: new CredentialFiles(new MemberFiles(directory), 'internal'),
        authority: {
          url: 'https://ca.contoso.example',
          async enrolTransport() {
            asked += 1;
            throw new Error('the authority has expired, by our clock');
          },
        },
        clock,
        log: createTestLog(() => {}),
      });
      /** Time passes; what it begins has ended before more of it passes. */
      const pass = async (ms: number): Promise<void> => {
        for (let left = ms; left > 0; left -= minute) {
          clock.advance(Math.min(left, minute));
          await renewed.newerThan(undefined);
        }
      };
      return { asked: () => asked, clock, pass, renewed };
    };

    it('is asked for in its time where that was taken for over', async () => {
      const { asked, clock, pass, renewed } = await refused();
      await pass(11 * minute);
      clock.time += 365 * day;
      await pass(20 * minute);
      const whileAhead = asked();
      expect(whileAhead).toBeGreaterThan(0);
      clock.time -= 365 * day;
      await pass(11 * minute);
      expect(asked()).toBeGreaterThan(whileAhead);
      expect(clock.now()).toBeLessThan(renewed.credential.current.leaf.notAfter);
      await renewed[Symbol.asyncDispose]();
    });

    it('is renewed within a while that began then', async () => {
      const { asked, clock, pass, renewed } = await refused();
      clock.time += 365 * day;
      renewed.renewWithin(20 * minute);
      clock.time -= 365 * day;
      await pass(11 * minute);
      expect(asked()).toBeGreaterThan(0);
      await renewed[Symbol.asyncDispose]();
    });
  });

  it('stays where the authority, whose clock is ahead, gives one that nobody accepts yet; that one is taken once it is valid', async () => {
    let now = Date.now();
    const clock: Clock = { now: () => now, after: () => () => {} };
    const logged: string[] = [];
    const remedies: unknown[] = [];
    const notBefore = now + 3_600_000;
    const renewed = await RenewedCredential.open({
      subject: () => 'fe1.contoso.example',
      files: new CredentialFiles(new MemberFiles(directory), 'internal'),
      authority: {
        url: 'https://ca.contoso.example',
        async enrolTransport(request) {
          const wanted = new Uint8Array(await request.arrayBuffer());
          return new Response(await root.certify(wanted, { dnsNames, notBefore }), { status: 201 });
        },
      },
      clock,
      log: createTestLog(({ fields, message }) => {
        logged.push(message);
        if ('remedy' in fields) remedies.push(fields.remedy);
      }),
    });
    await renewed.renewNow();
    expect(renewed.credential.current.keyPem).toBe(first.key);
    expect(await onDisk()).toEqual(first);
    expect(logged).toEqual([expect.stringContaining('is valid from')]);
    expect(remedies).toEqual([expect.stringContaining('compare the clocks')]);
    expect(renewed.failure).toMatchObject({
      message: expect.stringContaining('is valid from'),
      remedy: remedies[0],
    });
    now += 3_601_000;
    await renewed.renewNow();
    expect(renewed.failure).toBeUndefined();
    expect(await onDisk()).not.toEqual(first);
    await renewed[Symbol.asyncDispose]();
  });

  it('is not asked for any more after the end', async () => {
    const files = new WatchedFiles(directory);
    const { answer, renewed } = await open(files);
    await renewed[Symbol.asyncDispose]();
    answer.open();
    await renewed.renewNow();
    expect(files.written).toEqual([]);
  });
});
