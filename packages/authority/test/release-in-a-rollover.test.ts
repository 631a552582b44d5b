import { activationDue } from '@entente/pki';
import { authorityFolder, IssuerStore } from '@entente/pki/node';
import { expect, it } from 'vitest';
import { RollingRoot, read } from './rolling-root.ts';

interface Answer {
  readonly serials: readonly string[];
  readonly records: readonly { readonly action: string; readonly subject?: string }[];
}

it('a release in a rollover is in the audit trail with whose certificate it is, whichever authority has issued it', async () => {
  await using run = await RollingRoot.start();
  const store = await IssuerStore.open(authorityFolder(run.directory));
  const first = store.active.record;
  await run.askForIssuing(store);
  await run.visit(1);
  await run.restart();
  const [leaf] = run.holder('fe01.contoso.example').chain;
  const serial = read(leaf as Uint8Array).serialHex;
  const order = async (path: string, body?: object) =>
    (await run.order(path, body && JSON.stringify(body))) as unknown as Answer;
  const held = await order('/revoke', { serial, reason: 'certificateHold' });
  expect(held.serials).toEqual([serial]);
  run.clock.time = activationDue(first) + 1;
  await run.restart();
  expect(read(run.own[0] as Uint8Array).issuer.toString()).toContain('Issuing CA 2');
  expect((await order('/release', { serial })).serials).toEqual([serial]);
  const { records } = await order('/audit?limit=100');
  for (const action of ['release-ordered', 'hold-ended'])
    expect(records.find((one) => one.action === action)).toMatchObject({ subject: 'fe01.contoso.example' });
});
