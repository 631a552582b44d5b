import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freePorts,
  isDomain,
  layOut,
  NetworkFolderFault,
  planFile,
  portsNeeded,
  startNetwork,
} from '@entente/network-folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('a folder with a network', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'entente-network-folder-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const plan = layOut('contoso.example', [20_001, 20_002, 20_003, 20_004, 20_005, 20_006]);
  const start = (): Promise<unknown> => startNetwork(folder, () => {});

  it('is one where network.json says what it consists of', async () => {
    await expect(start()).rejects.toMatchObject({
      code: 'ENTENTE_NETWORK_PLAN_INVALID',
      place: join(folder, planFile),
      remedy: expect.stringContaining('npm create @entente'),
    });
  });

  it.each([
    ['no JSON', 'domain: contoso.example', /^expected JSON, found /],
    ['something else', '[]', /^expected a domain/],
    ['no front end', JSON.stringify({ ...plan, frontEnds: [] }), /^expected a domain/],
    [
      'a port below 1024',
      JSON.stringify(layOut('contoso.example', [443, 80, 5061, 4443, 5062, 4444])),
      /from 1024 on/,
    ],
    [
      'a name that is none',
      JSON.stringify({ ...plan, authority: { ...plan.authority, name: '--role' } }),
      /^expected a domain/,
    ],
  ])('is refused with %s in network.json, and nothing is started', async (_, text, sentence) => {
    writeFileSync(join(folder, planFile), text);
    await expect(start()).rejects.toThrow(NetworkFolderFault);
    await expect(start()).rejects.toThrow(sentence);
  });

  it('is refused where a port is in use, with the server that needs it; before the first start the port can be changed', async () => {
    const ports = await freePorts(portsNeeded);
    writeFileSync(join(folder, planFile), JSON.stringify(layOut('contoso.example', ports)));
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(ports[2], '127.0.0.1', resolve));
    try {
      await expect(start()).rejects.toMatchObject({
        code: 'ENTENTE_NETWORK_PORT_IN_USE',
        place: `127.0.0.1:${ports[2]}`,
        message: expect.stringContaining('fe1.contoso.example (sip)'),
        remedy: expect.stringContaining('another number into network.json'),
      });
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });
});

describe('the names and ports of a network', () => {
  it('are distinct, and above those that need a privilege', async () => {
    const ports = await freePorts(50);
    expect(new Set(ports).size).toBe(50);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(1_024);
  });

  it('are below a domain in lower case', () => {
    expect(['my-net.example', 'a.b.contoso.example'].map(isDomain)).toEqual([true, true]);
    const wrong = [
      'contoso',
      'Contoso.example',
      '-a.example',
      'a..example',
      'a.example.',
      'a b.example',
      '10.0.0.1',
    ];
    expect(wrong.filter(isDomain)).toEqual([]);
  });
});
