import { randomBytes } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Ledger, LedgerEntry } from '@entente/pki/ledger';
import { openStore } from '@entente/store-sql';
import { obey } from '../process/obey.ts';
import { type LedgerOrder, type LedgerUsage, recordBytes } from './order.ts';

/** A process with the database alone, so that its memory is that of an authority's ledger. */
obey((order: LedgerOrder) => (order.fill === undefined ? measure(order) : fill(order, order.fill)));

const issuer = '0123456789abcdef';
const started = 1_750_000_000_000;
/** Appends that wait while the database is filled: a full transaction, and one that is collected. */
const fillCallers = 256;

function certificate(count: number): LedgerEntry {
  const subject = `fe${count % 50_000}.contoso.example`;
  return {
    issuer,
    serialHex: randomBytes(20).toString('hex'),
    profile: 'server',
    subject,
    names: { commonName: subject, dnsNames: [subject, 'sip.contoso.example'], uris: [`sip:${subject}`] },
    notBefore: started + count,
    notAfter: started + count + 604_800_000,
    issuedAt: started + count,
    requester: `server:${subject}`,
    keyHash: randomBytes(32).toString('hex'),
    certificate: new Uint8Array(recordBytes.certificate).fill(count & 0xff),
  };
}

async function together(callers: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: callers }, work));
}

async function fill({ directory }: LedgerOrder, certificates: number): Promise<void> {
  await using store = await openStore(directory);
  const { ledger } = store;
  let count = 0;
  await together(fillCallers, async () => {
    while (count < certificates) await ledger.append(certificate(count++));
  });
}

/** Issues as `createIssuance` records it: the intent first, and the certificate after signing. */
async function issue(ledger: Ledger, { callers, seconds }: LedgerOrder): Promise<number> {
  let issued = 0;
  const begun = performance.now();
  const end = begun + seconds * 1_000;
  await together(callers, async () => {
    while (performance.now() < end) {
      const entry = certificate(1_000_000 + issued);
      const { certificate: preCertificate, issuedAt: intendedAt, ...rest } = entry;
      await ledger.intend({ ...rest, preCertificate, intendedAt });
      await ledger.append(entry);
      issued += 1;
    }
  });
  return (issued * 1_000) / (performance.now() - begun);
}

const residentMb = (): number => process.memoryUsage.rss() / 1e6;

async function measure(order: LedgerOrder): Promise<LedgerUsage> {
  const begun = performance.now();
  await using store = await openStore(order.directory);
  const { ledger } = store;
  await ledger.find(issuer, '00');
  const openMs = performance.now() - begun;
  const openedMb = residentMb();
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  stalls.enable();
  const issuancesPerSecond = await issue(ledger, order);
  stalls.disable();
  return {
    openMs,
    openedMb,
    issuedMb: residentMb(),
    issuancesPerSecond,
    longestStallMs: stalls.max / 1e6,
    usualStallMs: stalls.percentile(99.9) / 1e6,
  };
}
