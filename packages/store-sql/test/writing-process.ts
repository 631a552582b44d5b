import { openStore } from '@entente/store-sql';
import { entry, issuer, serial } from './records.ts';

/**
 * A process that records certificates, CRL numbers and accounts, some at once, until it is killed. It writes a line for each one that was
 * acknowledged. Arguments: folder, first serial number.
 */
const [directory = '', first = '0'] = process.argv.slice(2);
const { accounts, ledger } = await openStore(directory);
process.stdout.write('open\n');
let count = Number(first);

async function work(): Promise<never> {
  for (;;) {
    const serialHex = serial(count++);
    await ledger.append(entry(serialHex));
    process.stdout.write(`serial ${serialHex}\n`);
    process.stdout.write(`crl ${await ledger.nextCrlNumber(issuer)}\n`);
    const address = `u${serialHex}@contoso.example`;
    await accounts.put({ address, verifiers: {}, state: 'enabled', rights: [] }, 'absent');
    process.stdout.write(`account ${address}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, work));
