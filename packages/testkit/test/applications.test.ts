import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AppProcess, type Network, startNetwork } from '@entente/testkit';
import { addApplication, startApp } from '@entente/testkit/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';

const example = fileURLToPath(new URL('../../../examples/application-echo-bot/', import.meta.url));
const echo = 'echo1.contoso.example';
const chat = 'chat1.contoso.example';

describe('applications in a network with an authority of its own', () => {
  let network: Network;
  const started: (ChildProcess | AppProcess)[] = [];
  beforeAll(async () => {
    network = await startNetwork({ clients: ['alice', 'bob'], otherHosts: [echo, chat] });
  });
  afterAll(async () => {
    for (const one of started) {
      if ('waitFor' in one) await one.stop();
      else one.kill('SIGKILL');
    }
    await network?.[Symbol.asyncDispose]();
  });

  /** Once the last that each front end has said of an application is that it answers, or that it does not. */
  const last = (event: 'server-answers' | 'server-silent', fqdn: string) =>
    Promise.all(
      network.frontEnds.map((frontEnd) =>
        frontEnd.waitFor(`${event} of ${fqdn}`, () => {
          const said = frontEnd.records.filter(
            (line) => ['server-answers', 'server-silent'].includes(line.event ?? '') && line.server === fqdn,
          );
          return said.at(-1)?.event === event;
        }),
      ),
    );

  it('the echo bot of twenty lines joins with its token, sends a text back, and stops', async () => {
    const { token } = await addApplication(network, echo);
    const bot = spawn(
      process.execPath,
      ['--conditions=@entente/source', '--import', 'tsx', join(example, 'index.js')],
      {
        cwd: fileURLToPath(new URL('../../..', import.meta.url)),
        env: {
          ...process.env,
          DIRECTORY: join(network.directory, echo),
          JOIN_TOKEN: token,
          ADDRESSES: JSON.stringify(Object.fromEntries(network.addresses)),
        },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    started.push(bot);
    const ended = once(bot, 'close');
    await last('server-answers', echo);
    const alice = network.user('alice');
    expect((await alice.message(`sip:echo@${echo}`, 'twenty lines')).status).toBe(200);
    await alice.received('twenty lines');
    bot.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
  });

  it('the chat server serves a room at an address of the domain, stops when told to, and knows its members again', async () => {
    const room = 'lobby@contoso.example';
    const { token } = await addApplication(network, chat, [room]);
    const configFile = join(network.directory, `${chat}.yaml`);
    const config = {
      fqdn: chat,
      directory: join(network.directory, chat),
      join: { token },
      addresses: Object.fromEntries(network.addresses),
      rooms: [{ address: room, moderators: ['alice@contoso.example'] }],
    };
    await writeFile(configFile, stringify(config), { mode: 0o600 });
    const first = await startApp('chat-room-server', { name: chat, configFile });
    started.push(first);
    await last('server-answers', chat);
    const [alice, bob] = [network.user('alice'), network.user('bob')];
    expect((await alice.message(`sip:${room}`, '/add bob@contoso.example')).status).toBe(200);
    expect((await alice.message(`sip:${room}`, 'hello bob')).status).toBe(200);
    await bob.received('hello bob');
    process.kill(first.pid, 'SIGTERM');
    await first.waitFor('its end', ({ event }) => event === 'stopped');
    // Front ends ask once a second: one that returns sooner has never been away.
    await last('server-silent', chat);
    const second = await startApp('chat-room-server', { name: chat, configFile });
    started.push(second);
    await last('server-answers', chat);
    expect((await bob.message(`sip:${room}`, 'hello alice')).status).toBe(200);
    await alice.received('hello alice');
    expect((await alice.message(`sip:${room}`, '/history')).status).toBe(200);
    await alice.received('hello bob');
  });
});
