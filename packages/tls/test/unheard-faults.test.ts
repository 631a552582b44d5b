import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority } from '@entente/testkit';
import { type MutualServeOptions, openTrust } from '@entente/tls';
import type { StoreFault } from '@entente/trust/node';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { bare, ended, presenting } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
let warnings: Error[] = [];
let unhandled: unknown[] = [];
const warn = (warning: Error) => void warnings.push(warning);
/** What would end a process that has no listener for it. */
const hear = (reason: unknown) => void unhandled.push(reason);
beforeEach(() => {
  warnings = [];
  unhandled = [];
  process.on('warning', warn);
  process.on('unhandledRejection', hear);
});
afterEach(() => {
  process.off('warning', warn);
  process.off('unhandledRejection', hear);
});

const meet = async (port: number) => (await ended(bare(port, presenting(servers.world.client)))).received;

describe('allow at a listener without onFault', () => {
  const answers: readonly [string, () => unknown, RegExp][] = [
    [
      'throws',
      () => {
        throw new Error('the first list could not be read');
      },
      /^the first list could not be read$/,
    ],
    ['answers true', () => true, /found true$/],
    ['answers a promise', async () => ({ ok: true }), /found a promise$/],
    [
      'answers a promise that is rejected',
      async () => {
        throw new Error('the second list could not be read');
      },
      /found a promise$/,
    ],
  ];
  it.each(answers)('that %s admits nobody and ends nothing', async (_, answer) => {
    const { port } = await servers.greet({ allow: answer as MutualServeOptions['allow'] });
    expect(await meet(port)).toBe('');
    expect(await meet(port)).toBe('');
    expect(unhandled).toEqual([]);
  });

  it('is a warning of the process, once for each fault', async () => {
    let fault = 'third';
    const { port } = await servers.greet({
      allow: () => {
        throw new Error(`the ${fault} list could not be read`);
      },
    });
    await meet(port);
    await meet(port);
    fault = 'fourth';
    await meet(port);
    const ofLists = () => warnings.map(({ message }) => message).filter((one) => one.includes('list'));
    await expect
      .poll(ofLists)
      .toEqual(['the third list could not be read', 'the fourth list could not be read']);
  });
});

describe('a trust without onFault', () => {
  it('warns of a list that is older than the one in force, which stays', async () => {
    const authority = await createTestAuthority('Contoso Root');
    const directory = await mkdtemp(join(tmpdir(), 'entente-older-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const path = join(directory, 'contoso.crl');
    const put = async (revoked: readonly string[], thisUpdate: number) => {
      await writeFile(`${path}.draft`, await authority.crl(revoked, { thisUpdate, number: 'none' }));
      await rename(`${path}.draft`, path);
    };
    await put(['0a'], Date.now() - 60_000);
    const trust = await openTrust({ anchors: { pem: authority.certificatePem }, crls: path });
    onTestFinished(() => trust[Symbol.asyncDispose]());
    await put([], Date.now() - 120_000);
    await expect
      .poll(() => warnings.map((warning) => (warning as Partial<StoreFault>).code))
      .toContain('ENTENTE_STORE_OLDER');
  });
});
