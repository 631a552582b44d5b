import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reader } from '../readmes/reader.ts';
import { asAlice, domain, type Host, type NetworkReader } from './network-reader.ts';

/** What the topology has beside its authority, which the README of that creates. */
const restOfNetwork = (at: (host: Host) => string): string => `
entente topology add anchor --certificate ca/root_ca.crt
entente topology add pool pool1.${domain} --role front-end --home
entente topology add server fe1.${domain} --role front-end --pool pool1.${domain} --address ${at('fe1')} --port web=10441
entente topology add server dir1.${domain} --role director --address ${at('dir1')}
entente topology add server med1.${domain} --role mediation --address ${at('med1')}
entente topology add server gw1.${domain} --role gateway --address ${at('gw1')}
entente topology add server web1.${domain} --role web-services --address ${at('web1')} --port web=10451
entente topology add server edge1.${domain} --role edge --address ${at('edge1')} --external-fqdn access.${domain} \\
  --external-address ${at('access')} --external-port clients=10443 --external-port bundle=10444 --external-port objects=10080
entente topology add partner fabrikam --domain fabrikam.example
printf 'telephony: { routes: [{ prefix: "+", gateway: gw1.${domain} }] }\\n' >> topology.yaml
entente topology sign --key administrators/alice.key
entente topology publish ${asAlice}
for user in alice bob; do echo a-long-secret | entente user add $user@${domain} ${asAlice}; done
cp ca/root_ca.crt root_ca.crt
cp ca/root_ca.crt ca.crt
`;

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
  await network.shell(restOfNetwork(network.at));
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

/** Lists of revoked certificates, from where a certificate says that they are. */
const fetchLists = (authority: string): string => `
chain=$(find . -maxdepth 2 -name tls.crt | head -n 1)
openssl crl2pkcs7 -nocrl -certfile "$chain" | openssl pkcs7 -print_certs -text -noout |
  sed -n 's/^ *URI:\\(http.*\\.crl\\)$/\\1/p' | sort -u | while read -r url; do
    curl -sS --fail --resolve ca.${domain}:8080:${authority} "$url" | openssl crl -inform DER >> ca.crl
  done
`;

async function commandLine(network: NetworkReader, reader: Reader): Promise<void> {
  const home = 'apps/cli';
  await network.shell(fetchLists(network.at('ca')));
  await network.commands(home, 'entente explain example.com', {
    ...network.play('fe1'),
    goesOn: true,
    prints: /(?=[\s\S]*✗ refused: unknown-issuer)(?=[\s\S]*✓ trusted)(?=[\s\S]*Usage: entente \[)/,
  });
  await network.commands(home, 'completion bash', network.play('fe1'));
  const rc = await reader.newcomer.homeFile('.bashrc');
  if (!rc.includes('entente completion bash')) throw new Error(`${home}: .bashrc has no completion`);
}
