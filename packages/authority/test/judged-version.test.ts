import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifiersOf } from '@entente/accounts';
import { createAuthority, type RunningAuthority } from '@entente/authority';
import { initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import type { Peer } from '@entente/tls';
import { administratorSetHash, type TopologyDocument } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contoso, next, signed } from './contoso.ts';

const second = next(contoso);

describe('a version that is judged and not published', () => {
  let directory: string;
  let authority: RunningAuthority;
  const lines: object[] = [];
  const ask = async (path: string, body?: string, administrator = 'alice', server?: string) => {
    const peer = {
      uris: server === undefined ? [`entente://contoso.example/administrators/${administrator}`] : [],
      dnsNames: server === undefined ? [] : [server],
      serialHex: '0a',
      ...(server === undefined ? {} : { server }),
    };
    const init = body === undefined ? {} : { method: 'POST', body };
    const request = new Request(`https://ca.contoso.example${path}`, init);
    const answer = await authority.fetch(request, { peer } as unknown as Peer, '192.0.2.1');
    return { status: answer.status, answer: (await answer.json()) as Record<string, unknown> };
  };
  const recorded = async (): Promise<number> => {
    const { records } = (await ask('/audit?limit=1000')).answer as { readonly records: readonly object[] };
    return records.length;
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-judged-version-'));
    const names = { domain: 'contoso.example', fqdn: 'ca.contoso.example', directory };
    const objectsUrl = 'http://ca.contoso.example';
    await initialiseAuthority({ ...names, objectsUrl, now: Date.now(), openLedger });
    const administratorsHash = administratorSetHash(contoso.administrators);
    const keep = (line: object) => void lines.push(line);
    const log = { info: keep, warn: keep, error: keep, debug: keep };
    const settings = { ...names, administratorsHash, authorityUrl: 'https://ca.contoso.example', objectsUrl };
    authority = await createAuthority(settings, log as never);
  });
  afterAll(async () => {
    await authority[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  it('may be the first one, which must name its publisher', async () => {
    expect((await ask('/topology/judgement', signed(contoso))).answer).toMatchObject({
      accepted: true,
      version: 1,
    });
    const bob = await ask('/topology/judgement', signed(contoso), 'bob');
    expect(bob.answer).toMatchObject({ accepted: false, refusal: { reason: 'not-in-topology' } });
    expect((await ask('/topology')).status).toBe(404);
  });

  it('stays out of force, out of the log and out of the audit trail, with its refusal', async () => {
    expect((await ask('/topology', signed(contoso))).status).toBe(200);
    const before = { lines: lines.length, records: await recorded() };
    expect((await ask('/topology/judgement', signed(second))).answer).toMatchObject({
      accepted: true,
      version: 2,
      effect: expect.any(String),
      signers: expect.any(Array),
    });
    const gap = await ask('/topology/judgement', signed(next(second)));
    expect(gap).toMatchObject({
      status: 200,
      answer: {
        accepted: false,
        refusal: {
          reason: 'version-gap',
          message: expect.stringContaining('3'),
          remedy: expect.any(String),
        },
      },
    });
    expect({ lines: lines.length, records: await recorded() }).toEqual(before);
    expect((await ask('/topology')).answer).toMatchObject({ document: { version: 1 } });
  });

  it('is judged for those who could publish it, and for no server', async () => {
    const asked = (...who: [string?, string?]) => ask('/topology/judgement', signed(second), ...who);
    expect(await asked(undefined, 'fe01.contoso.example')).toMatchObject({ status: 403 });
    expect(await asked('bob')).toMatchObject({ status: 403 });
    expect(await asked()).toMatchObject({ status: 200 });
  });

  it('takes no home of accounts away, unless their users may be left behind; a copy of such an account is taken', async () => {
    const pool02 = 'pool02.contoso.example';
    const fe02 = { fqdn: 'fe02.contoso.example', role: 'front-end', pool: pool02 } as const;
    const two = next(contoso, {
      pools: [...(contoso.pools ?? []), { fqdn: pool02, role: 'front-end' }],
      servers: [...contoso.servers, fe02],
    });
    expect((await ask('/topology', signed(two))).status).toBe(200);
    const bob = { address: 'bob@contoso.example', home: pool02, state: 'enabled', rights: [] };
    const order = (changes: object, existing = 'replace') =>
      ask('/accounts', JSON.stringify({ accounts: [{ ...bob, ...changes }], existing }));
    expect((await order({ verifiers: verifiersOf(bob.address, 'secret') })).answer).toMatchObject({
      added: 1,
    });
    const { pools = [], servers } = contoso;
    const one = signed(next(two, { pools, servers }));
    const refusal = { reason: 'home-in-use', message: expect.stringContaining(bob.address) };
    expect((await ask('/topology/judgement', one)).answer).toMatchObject({ accepted: false, refusal });
    expect(await ask('/topology', one)).toMatchObject({ status: 422, answer: { reason: 'home-in-use' } });
    const anyway = '/topology/judgement?leave-behind=true';
    expect((await ask(anyway, one)).answer).toMatchObject({ accepted: true });
    expect((await ask('/topology?leave-behind=true', one)).status).toBe(200);
    expect((await order({ verifiers: verifiersOf(bob.address, 'another') })).answer).toMatchObject({
      replaced: 1,
      refused: [],
      warned: [
        { index: 0, reason: 'home-unknown', remedy: expect.stringContaining('entente user move bob@') },
      ],
    });
    expect(await order({ address: 'carol@contoso.example' })).toMatchObject({
      status: 422,
      answer: { reason: 'home-unknown' },
    });
  });

  it('takes no domain of accounts away, unless their users may be left behind', async () => {
    const sales = 'sales.contoso.example';
    const { document: inForce = contoso } = (await ask('/topology')).answer as {
      readonly document?: TopologyDocument;
    };
    const two = next(inForce, {
      domains: [...contoso.domains, { name: sales, pool: 'pool01.contoso.example' }],
    });
    expect((await ask('/topology', signed(two))).status).toBe(200);
    const address = `bob@${sales}`;
    const bob = { address, verifiers: verifiersOf(address, 'secret'), state: 'enabled', rights: [] };
    const order = JSON.stringify({ accounts: [bob], existing: 'refuse' });
    expect((await ask('/accounts', order)).answer).toMatchObject({ added: 1 });
    const one = signed(next(two, { domains: contoso.domains }));
    const refusal = { reason: 'domain-in-use', message: expect.stringContaining(address) };
    expect((await ask('/topology/judgement', one)).answer).toMatchObject({ accepted: false, refusal });
    expect(await ask('/topology', one)).toMatchObject({ status: 422, answer: { reason: 'domain-in-use' } });
    expect((await ask('/topology?leave-behind=true', one)).status).toBe(200);
  });
});
