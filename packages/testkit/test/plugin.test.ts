import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Network, startNetwork } from '@entente/testkit';
import { noRedis, startRedis } from '@entente/testkit/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));
const run = promisify(execFile);
/** The user is refused the third request. */
const limit = 2;

interface Posted {
  readonly message: string;
  readonly source: string;
  readonly fields: { readonly event?: string; readonly reason?: string; readonly plugin?: string };
}

describe.skipIf(noRedis)(
  'three plugins from tarballs, installed with npm beside the configurations of a pool',
  () => {
    let directory: string;
    let network: Network;
    let redis: Awaited<ReturnType<typeof startRedis>>;
    const posted: Posted[] = [];
    const waiting: (() => void)[] = [];
    const hook = createServer(async (request, response) => {
      posted.push(...((await json(request)) as { records: Posted[] }).records);
      response.writeHead(204).end();
      for (const wake of waiting.splice(0)) wake();
    });

    /** The first record that was posted for which `wanted` holds, past or to come. */
    async function record(wanted: (one: Posted) => boolean): Promise<Posted> {
      for (;;) {
        const found = posted.find(wanted);
        if (found !== undefined) return found;
        await new Promise<void>((wake) => void waiting.push(wake));
      }
    }

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'entente-plugin-'));
      redis = await startRedis();
      hook.listen(0, '127.0.0.1');
      await once(hook, 'listening');
      const names = ['word-filter', 'redis-rate-limit', 'webhook-exporter'];
      const packed = names.map((name) => join(examples, `plugin-${name}`));
      const { stdout } = await run('npm', ['pack', ...packed, '--silent'], { cwd: directory });
      const tarballs = stdout
        .trim()
        .split('\n')
        .map((name) => join(directory, name));
      // A package.json of its own, or npm would install into a folder above that has one.
      await writeFile(join(directory, 'package.json'), '{ "private": true }');
      const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
      await run('npm', ['install', ...quiet, ...tarballs], { cwd: directory });
      // A busy machine may be slow.
      const timeLimitMs = 10_000;
      const url = `redis://127.0.0.1:${redis.place.port}`;
      network = await startNetwork({
        directory,
        clients: ['alice', 'carol'],
        frontEndConfig: {
          plugins: [
            { use: 'entente-plugin-word-filter', config: { words: ['Lottery'] }, timeLimitMs },
            {
              use: 'entente-plugin-redis-rate-limit',
              config: { url, limit, seconds: 3_600, methods: ['MESSAGE'] },
              timeLimitMs,
              onFailure: 'pass',
            },
            {
              use: 'entente-plugin-webhook-exporter',
              config: {
                url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`,
                events: ['refused'],
              },
            },
          ],
        },
      });
    });
    afterAll(async () => {
      await network?.[Symbol.asyncDispose]();
      await redis?.[Symbol.asyncDispose]();
      hook.closeAllConnections();
      hook.close();
      await rm(directory, { recursive: true, force: true });
    });

    it('are shown at the start of each server, with what they may do', async () => {
      for (const server of network.frontEnds) {
        const shown = server.records
          .filter(({ event }) => event === 'plugin')
          .map(({ may, onFailure, plugin, process }) => ({ may, onFailure, plugin, process }));
        expect(shown).toEqual([
          // Before version 25, Node cannot keep a process from the network.
          { plugin: 'word-filter', process: 'own', may: expect.any(Array), onFailure: 'refuse' },
          { plugin: 'redis-rate-limit', process: 'own', may: ['network'], onFailure: 'pass' },
          { plugin: 'webhook-exporter', process: 'own', may: ['network'], onFailure: 'refuse' },
        ]);
      }
    });

    it('refuse a MESSAGE with the word: the log names the reason and the plugin, and the webhook has the line', async () => {
      const carol = network.user('carol');
      const outcome = await network.user('alice').message(`sip:${carol.user.address}`, 'you won the LOTTERY');
      expect(outcome.status).toBe(403);
      const home = network.frontEnds.find(({ name }) => name === carol.user.home);
      const line = await home?.waitFor('the refusal', ({ reason }) => reason === 'refused-by-policy');
      expect(line).toMatchObject({ event: 'refused', status: 403, method: 'MESSAGE' });
      expect(line?.msg).toBe('plugin word-filter: the text holds word 1 of the list');
      const sent = await record(({ fields }) => fields.reason === 'refused-by-policy');
      expect(sent.message).toBe(line?.msg);
      expect(sent.fields).toMatchObject({ event: 'refused', plugin: 'word-filter' });
    });

    it('deliver a MESSAGE without it', async () => {
      const carol = network.user('carol');
      const outcome = await network.user('alice').message(`sip:${carol.user.address}`, 'see you at noon');
      expect(outcome.status).toBe(200);
      await carol.received('see you at noon');
      const texts = carol.process.records.filter(({ event }) => event === 'message').map(({ text }) => text);
      expect(texts, 'the refused one never arrived').toEqual(['see you at noon']);
    });

    it('let through as much of a user as the limit says, counted by all servers together; all of it while Redis is away', async () => {
      const [alice, carol] = [network.user('alice'), network.user('carol')];
      const send = async (text: string) => (await carol.message(`sip:${alice.user.address}`, text)).status;
      expect([await send('one'), await send('two'), await send('three')]).toEqual([200, 200, 403]);
      const line = await record(({ fields }) => fields.plugin === 'redis-rate-limit');
      expect(line.message).toBe(`plugin redis-rate-limit: more than ${limit} MESSAGE in 3600 s`);
      await redis.kill();
      expect(await send('four')).toBe(200);
      const failed = network.frontEnds.map((server) =>
        server.waitFor('the failure', ({ event }) => event === 'plugin-failed'),
      );
      expect(await Promise.race(failed)).toMatchObject({ plugin: 'redis-rate-limit', onFailure: 'pass' });
    });
  },
);
