import type { OpenStore } from '@entente/authority';
import { PkiFault } from '@entente/pki';
import { openStore } from '@entente/store-sql';
import { StepClock } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import { InProcessAuthority } from './in-process-authority.ts';

const day = 86_400_000;

describe('the start of an authority whose audit trail takes nothing', () => {
  let isFull = false;
  /** The certificates of the authority itself that were begun. */
  let begun: string[] = [];

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
      if (intent.subject === 'ca.contoso.example') begun.push(intent.serialHex);
      return ledger.intend(intent);
    };
    return { ...store, audit: { ...audit, record }, ledger: { ...ledger, intend } };
  };

  it('serves with a certificate that is merely due, and has tried once to renew it', async () => {
    const clock = new StepClock(Date.UTC(2026, 5, 1));
    await using run = await InProcessAuthority.start({ clock, open });
    begun = [];
    run.lines.length = 0;
    clock.move(4 * day);
    isFull = true;
    await run.restart();
    expect((await run.ask('/topology')).status).toBe(200);
    expect((await run.fetch('/state')).status).toBe(200);
    expect(run.parts()).not.toContain('own-certificate');
    expect(begun).toHaveLength(1);
    const events = run.lines.map(({ fields }) => (fields as { event?: string }).event);
    expect(events.filter((event) => event === 'renewal-failed')).toHaveLength(1);
  });
});
