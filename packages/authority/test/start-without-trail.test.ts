import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type OpenStore } from '@entente/authority';
import { PkiFault } from '@entente/pki';
import { initialiseAuthority } from '@entente/pki/node';
import { openLedger, openStore } from '@entente/store-sql';
import { createTestLog, StepClock } from '@entente/testkit';
import { administratorSetHash } from '@entente/topology';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contoso, signed } from './contoso.ts';

const fqdn = 'ca.contoso.example';
const url = 'https://ca.contoso.example';
const start = Date.UTC(2026, 5, 1);
const day = 86_400_000;

describe('the start of an authority whose audit trail takes nothing', () => {
  let folder: string;
  let clock: StepClock;
  let isFull: boolean;
  /** The certificates of the authority itself that were begun. */
  let begun: string[];
  let logged: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-start-without-trail-'));
    clock = new StepClock(start);
    [isFull, begun, logged] = [false, [], []];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open: OpenStore = async (directory, options) => {
    const store = await openStore(directory, options);
    const { audit, ledger } = store;
    const record: typeof audit.record = async (entry) => {
      if (!isFull) return audit.record(entry);
      throw new PkiFault('ENTENTE_PKI_AUDIT_UNAVAILABLE', {
        sentence: 'no space left',
        place: 'the audit trail of this test',
        remedy: 'free space',
      });
    };
    const intend: typeof ledger.intend = (intent) => {
      if (intent.subject === fqdn) begun.push(intent.serialHex);
      return ledger.intend(intent);
    };
    return { ...store, audit: { ...audit, record }, ledger: { ...ledger, intend } };
  };
  const directory = () => join(folder, 'ca');
  const begin = () =>
    createAuthority(
      {
        domain: 'contoso.example',
        fqdn,
        directory: directory(),
        administratorsHash: administratorSetHash(contoso.administrators),
        authorityUrl: url,
        objectsUrl: 'http://ca.contoso.example',
      },
      createTestLog(({ fields }) => void logged.push(String((fields as { event?: unknown }).event))),
      clock,
      { open },
    );

  it('serves with a certificate that is merely due, and has tried once to renew it', async () => {
    await initialiseAuthority({
      domain: 'contoso.example',
      fqdn,
      directory: directory(),
      objectsUrl: 'http://ca.contoso.example',
      now: start,
      openLedger,
    });
    const ask = async (authority: Awaited<ReturnType<typeof begin>>, path: string, body?: string) => {
      const peer = { peer: { uris: ['entente://contoso.example/administrators/alice'], dnsNames: [] } };
      const request = new Request(`${url}${path}`, body === undefined ? {} : { method: 'POST', body });
      return (await authority.fetch(request, peer as never)).status;
    };
    {
      await using before = await begin();
      expect(await ask(before, '/topology', signed(contoso))).toBe(200);
    }
    begun = [];
    logged = [];
    clock.move(4 * day);
    isFull = true;
    await using authority = await begin();
    expect(await ask(authority, '/topology')).toBe(200);
    expect(await ask(authority, '/state')).toBe(200);
    expect(authority.problems().map(({ part }) => part)).not.toContain('own-certificate');
    expect(begun).toHaveLength(1);
    expect(logged.filter((event) => event === 'renewal-failed')).toHaveLength(1);
  });
});
