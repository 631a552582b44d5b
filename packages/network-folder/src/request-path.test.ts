import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { layOut } from './network-plan.ts';
import { wayOf } from './request-path.ts';

const folder = mkdtempSync(join(tmpdir(), 'entente-way-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('finds the way of a request at the end of long logs, beside lines that are no records', async () => {
  mkdirSync(join(folder, 'logs'));
  const plan = layOut('contoso.example', [20_001, 20_002, 20_003, 20_004, 20_005, 20_006]);
  const [first, second] = plan.frontEnds.map(({ name }) => name) as [string, string];
  const relayed = { event: 'transaction', callId: 'call', status: 200 };
  const records = {
    [first]: [
      { ...relayed, role: 'server' },
      { ...relayed, role: 'client', server: second },
    ],
    [second]: [
      { ...relayed, role: 'server', server: first },
      { ...relayed, role: 'client' },
    ],
  };
  for (const [name, lines] of Object.entries(records)) {
    const long = '{ a line that Node has written\n'.repeat(200_000);
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    writeFileSync(join(folder, 'logs', `${name.split('.')[0]}.log`), long + text);
  }
  expect((await wayOf(folder, plan, 'call'))?.servers).toEqual([first, second]);
});
