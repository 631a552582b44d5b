import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type RunningAuthority } from '@entente/authority';
import { createKeyAndRequest } from '@entente/pki/client';
import { initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { createTestLog } from '@entente/testkit';
import { systemClock } from '@entente/tls';
import { administratorSetHash, decodeTrustState } from '@entente/topology';
import { encodePem } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { StateSequence } from '../src/trust-state/state-sequence.ts';
import { contoso, next, signed } from './contoso.ts';

const hour = 3_600_000;
const day = 24 * hour;
const url = 'https://ca.contoso.example';
const server = 'fe01.contoso.example';
const peerOf = (fields: object) =>
  ({ peer: { uris: [], dnsNames: [], serialHex: '01', ...fields } }) as never;
const alice = peerOf({ uris: ['entente://contoso.example/administrators/alice'] });
const member = peerOf({ server });

let folder: string;
let authority: RunningAuthority;
let open: () => Promise<RunningAuthority>;
/** Milliseconds by which the clock of the authority is ahead. */
let ahead = 0;
const waiting = new Set<{ readonly at: number; readonly run: () => void }>();
const clock = {
  now: () => Date.now() + ahead,
  after(delayMs: number, run: () => void) {
    const entry = { at: clock.now() + delayMs, run };
    waiting.add(entry);
    return () => void waiting.delete(entry);
  },
};

/** Lets the time pass, and does what is due. */
function pass(ms: number): void {
  ahead += ms;
  for (const entry of [...waiting]) if (entry.at <= clock.now() && waiting.delete(entry)) entry.run();
}

async function order(path: string, body: string) {
  const response = await authority.fetch(new Request(`${url}${path}`, { method: 'POST', body }), alice);
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

async function told() {
  const response = await authority.fetch(new Request(`${url}/state`), member);
  const decoded = decodeTrustState(await response.text());
  if (!decoded.ok) throw new Error(decoded.message);
  return decoded;
}

const toldVersion = async () => (await told()).state.topology.version;

const parts = () => authority.problems().map(({ part }) => part);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-untold-'));
  const names = { domain: 'contoso.example', fqdn: 'ca.contoso.example', directory: join(folder, 'ca') };
  const objectsUrl = 'http://ca.contoso.example';
  await initialiseAuthority({ ...names, objectsUrl, now: Date.now(), openLedger });
  open = () =>
    createAuthority(
      {
        ...names,
        administratorsHash: administratorSetHash(contoso.administrators),
        authorityUrl: url,
        objectsUrl,
      },
      createTestLog(),
      { ...systemClock, ...clock },
    );
  authority = await open();
  expect((await order('/topology', signed(contoso))).answer).not.toHaveProperty('untold');
});
afterAll(async () => {
  await authority[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('a change of which no trust state can be signed', () => {
  it('is in force, its answer and the health say that members have not been told, and they are as soon as one can be', async () => {
    const { request } = await createKeyAndRequest({ subject: server });
    const pem = encodePem('CERTIFICATE REQUEST', request);
    const { answer: issued } = await order('/certificates', JSON.stringify({ server, request: pem }));
    expect(parts()).toEqual([]);
    // The numbers that were reserved are over, and no others can be: the file cannot be written.
    pass(1_000);
    const file = join(folder, 'ca', 'state-sequence.json');
    await rm(file, { force: true });
    await mkdir(join(file, 'in-the-way'), { recursive: true });
    const untold = {
      message: expect.stringContaining('members have not been told'),
      remedy: expect.any(String),
    };
    expect(await order('/revoke', JSON.stringify({ serial: issued.serial }))).toMatchObject({
      status: 200,
      answer: { serials: [issued.serial], untold },
    });
    const second = signed(next(contoso, { title: 'another' }));
    expect(await order('/topology', second)).toMatchObject({ status: 200, answer: { version: 2, untold } });
    expect(parts()).toEqual(['trust-state']);
    expect(await toldVersion()).toBe(1);
    await rm(file, { recursive: true });
    pass(5_000);
    await expect.poll(toldVersion).toBe(2);
    expect(parts()).toEqual([]);
  });

  it('is no missing topology where it is the first since a start: a member that asks learns what keeps it from being signed', async () => {
    await authority[Symbol.asyncDispose]();
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const sequence = vi.spyOn(StateSequence.prototype, 'next').mockRejectedValue(full);
    authority = await open();
    const response = await authority.fetch(new Request(`${url}/state`), member);
    const answer = await response.json();
    expect([response.status, answer]).toMatchObject([
      404,
      { reason: 'not-found', detail: expect.stringContaining('no trust state could be signed') },
    ]);
    expect(JSON.stringify(answer)).not.toContain('entente topology publish');
    sequence.mockRestore();
    pass(5_000);
    await expect.poll(parts).toEqual([]);
  });

  it('is not one for which the key can have no next certificate: the key before signs while its own is valid', async () => {
    const { signer, state } = await told();
    const file = join(folder, 'ca', 'state.key');
    await rm(file);
    await mkdir(join(file, 'in-the-way'), { recursive: true });
    pass(5 * day);
    await expect.poll(async () => (await told()).state.sequence).toBeGreaterThan(state.sequence);
    expect((await told()).signer.serialHex).toBe(signer.serialHex);
    expect(parts()).not.toContain('trust-state');
    await rm(file, { recursive: true });
    pass(hour);
    await expect.poll(async () => (await told()).signer.serialHex).not.toBe(signer.serialHex);
  });
});
