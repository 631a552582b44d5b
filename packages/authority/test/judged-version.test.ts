import { verifiersOf } from '@entente/accounts';
import type { TopologyDocument } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contoso, next, signed } from './contoso.ts';
import { administrator, InProcessAuthority, member } from './in-process-authority.ts';

const second = next(contoso);

describe('a version that is judged and not published', () => {
  let run: InProcessAuthority;
  const recorded = async (): Promise<number> => {
    const { records } = (await run.ask('/audit?limit=1000')).answer as { records: readonly object[] };
    return records.length;
  };
  beforeAll(async () => {
    run = await InProcessAuthority.start({ isPublished: false });
  });
  afterAll(() => run[Symbol.asyncDispose]());

  it('may be the first one, which must name its publisher', async () => {
    expect((await run.ask('/topology/judgement', signed(contoso))).answer).toMatchObject({
      accepted: true,
      version: 1,
    });
    const bob = await run.ask('/topology/judgement', signed(contoso), administrator('bob'));
    expect(bob.answer).toMatchObject({ accepted: false, refusal: { reason: 'not-in-topology' } });
    expect((await run.ask('/topology')).status).toBe(404);
  });

  it('stays out of force, out of the log and out of the audit trail, with its refusal', async () => {
    expect((await run.ask('/topology', signed(contoso))).status).toBe(200);
    const before = { lines: run.lines.length, records: await recorded() };
    expect((await run.ask('/topology/judgement', signed(second))).answer).toMatchObject({
      accepted: true,
      version: 2,
      effect: expect.any(String),
      signers: expect.any(Array),
    });
    const gap = await run.ask('/topology/judgement', signed(next(second)));
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
    expect({ lines: run.lines.length, records: await recorded() }).toEqual(before);
    expect((await run.ask('/topology')).answer).toMatchObject({ document: { version: 1 } });
  });

  it('is judged for those who could publish it, and for no server', async () => {
    const asked = (who = administrator()) => run.ask('/topology/judgement', signed(second), who);
    expect(await asked(member('fe01.contoso.example'))).toMatchObject({ status: 403 });
    expect(await asked(administrator('bob'))).toMatchObject({ status: 403 });
    expect(await asked()).toMatchObject({ status: 200 });
  });

  it('takes no home of accounts away, unless their users may be left behind; a copy of such an account is taken', async () => {
    const pool02 = 'pool02.contoso.example';
    const fe02 = { fqdn: 'fe02.contoso.example', role: 'front-end', pool: pool02 } as const;
    const two = next(contoso, {
      pools: [...(contoso.pools ?? []), { fqdn: pool02, role: 'front-end' }],
      servers: [...contoso.servers, fe02],
    });
    expect((await run.ask('/topology', signed(two))).status).toBe(200);
    const bob = { address: 'bob@contoso.example', home: pool02, state: 'enabled', rights: [] };
    const order = (changes: object, existing = 'replace') =>
      run.ask('/accounts', { accounts: [{ ...bob, ...changes }], existing });
    expect((await order({ verifiers: verifiersOf(bob.address, 'secret') })).answer).toMatchObject({
      added: 1,
    });
    const { pools = [], servers } = contoso;
    const one = signed(next(two, { pools, servers }));
    const refusal = { reason: 'home-in-use', message: expect.stringContaining(bob.address) };
    expect((await run.ask('/topology/judgement', one)).answer).toMatchObject({ accepted: false, refusal });
    expect(await run.ask('/topology', one)).toMatchObject({ status: 422, answer: { reason: 'home-in-use' } });
    const anyway = '/topology/judgement?leave-behind=true';
    expect((await run.ask(anyway, one)).answer).toMatchObject({ accepted: true });
    expect((await run.ask('/topology?leave-behind=true', one)).status).toBe(200);
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
    const { document: inForce = contoso } = (await run.ask('/topology')).answer as {
      readonly document?: TopologyDocument;
    };
    const two = next(inForce, {
      domains: [...contoso.domains, { name: sales, pool: 'pool01.contoso.example' }],
    });
    expect((await run.ask('/topology', signed(two))).status).toBe(200);
    const address = `bob@${sales}`;
    const bob = { address, verifiers: verifiersOf(address, 'secret'), state: 'enabled', rights: [] };
    const order = { accounts: [bob], existing: 'refuse' };
    expect((await run.ask('/accounts', order)).answer).toMatchObject({ added: 1 });
    const one = signed(next(two, { domains: contoso.domains }));
    const refusal = { reason: 'domain-in-use', message: expect.stringContaining(address) };
    expect((await run.ask('/topology/judgement', one)).answer).toMatchObject({ accepted: false, refusal });
    expect(await run.ask('/topology', one)).toMatchObject({
      status: 422,
      answer: { reason: 'domain-in-use' },
    });
    expect((await run.ask('/topology?leave-behind=true', one)).status).toBe(200);
  });
});
