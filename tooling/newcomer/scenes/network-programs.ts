import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reader } from '../readmes/reader.ts';
import { domain, type Host, type NetworkReader } from './network-reader.ts';

const started = /"event":"started"/;

/**
 * The READMEs of the programs, in the order in which a network is built.
 *
 * @param network - where
 * @param reader - of the READMEs
 * @param folder - of the network
 */
export async function programs(network: NetworkReader, reader: Reader, folder: string): Promise<void> {
  const authority = { ...network.play('ca'), prints: /"status":"ok"/ };
  await network.stay('ca', 'apps/authority-server', 'entente ca init --domain', authority);
  await network.script('rest-of-network.sh');
  const server = (host: Host, app: string) =>
    network.stay(host, `apps/${app}`, `entente-${app} --config`, { ...network.play(host), prints: started });
  await server('fe1', 'pool-server');
  await network.attempt(() => server('edge1', 'edge-server'));
  await network.stop('edge1');
  await network.attempt(() => application(network, reader, folder));
  await network.attempt(() => server('chat1', 'chat-room-server'));
  await network.stop('chat1');
  await network.attempt(() => client(network, reader, folder));
  await network.attempt(async () => {
    await reader.run(reader.find('packages/sip-endpoint', 'process.argv.slice(2)'), {
      ...network.play('fe1'),
      args: [domain, '5061', join(folder, 'root_ca.crt'), 'a-long-secret'],
    });
  });
  await network.attempt(() => commandLine(network, reader));
}

/** The bot, which is a file of the folder, until a front end has connected to it. */
async function application(network: NetworkReader, reader: Reader, folder: string): Promise<void> {
  const home = 'packages/application';
  const program = reader.find(home, 'joinApplication');
  await writeFile(join(folder, 'echo.mjs'), program.code);
  reader.leave(program);
  const play = { ...network.play('echo1'), cwd: folder, prints: /added \d+ package|up to date/ };
  await using _bot = await reader.start(reader.find(home, 'node echo.mjs'), play);
  await network.running('fe1').says(/"event":"server-answers".*echo1|echo1.*"event":"server-answers"/);
}

/** The client for demonstrations: alice with the file of the README, and bob, who answers. */
async function client(network: NetworkReader, reader: Reader, folder: string): Promise<void> {
  const home = 'apps/demo-client';
  const settings = reader
    .find(home, 'password: a-long-secret')
    .code.replace('address: 127.0.0.1', `address: ${network.at('fe1')}`)
    .replace('example: 127.0.0.1', `example: ${network.at('ca')}`);
  for (const user of ['alice', 'bob'])
    await writeFile(join(folder, `${user}.yaml`), settings.replaceAll('alice', user));
  await network.shell('npm install --global @entente/demo-client');
  const registers = `(echo '{"id":1,"do":"register"}'; exec sleep 600) | entente-demo-client --config bob.yaml`;
  await using bob = network.background(registers);
  await bob.says(/"id":1/);
  const block = reader.find(home, '"do":"register"');
  await using _alice = await reader.start(block, { ...network.play('fe1'), cwd: folder, prints: /"id":4/ });
}

async function commandLine(network: NetworkReader, reader: Reader): Promise<void> {
  const home = 'apps/cli';
  await network.script('fetch-lists.sh');
  await network.commands(home, 'entente explain example.com', {
    ...network.play('fe1'),
    goesOn: true,
    prints: /(?=[\s\S]*✗ refused: unknown-issuer)(?=[\s\S]*✓ trusted)(?=[\s\S]*Usage: entente \[)/,
  });
  await network.commands(home, 'completion bash', network.play('fe1'));
  const rc = await reader.newcomer.homeFile('.bashrc');
  if (!rc.includes('entente completion bash')) throw new Error(`${home}: .bashrc has no completion`);
}
