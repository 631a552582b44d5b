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
  const authority = network.play('ca');
  await network.stay('ca', 'apps/authority-server', 'entente ca init --domain', {
    ...authority,
    prints: /"status":"ok"/,
  });
  await network.shell(restOfNetwork(network.at));
  const pool = { ...network.play('fe1'), prints: started };
  await network.stay('fe1', 'apps/pool-server', 'entente-pool-server --config', pool);
  const edge = { ...network.play('edge1'), prints: started };
  await network.stay('edge1', 'apps/edge-server', 'entente-edge-server --config', edge);
  await network.stop('edge1');

  const { code } = reader.find('packages/application', 'joinApplication');
  await writeFile(join(folder, 'echo.mjs'), code);
  reader.leave(reader.find('packages/application', 'joinApplication'));
  const frontEnd = network.running('fe1');
  const echo = network.play('echo1');
  await using _echo = await reader.start(reader.find('packages/application', 'node echo.mjs'), {
    ...echo,
    cwd: folder,
    prints: /added 1 package|up to date|added \d+ packages/,
  });
  await frontEnd.says(/"event":"server-answers".*echo1|echo1.*"event":"server-answers"/);

  const chat = { ...network.play('chat1'), prints: started };
  await network.stay('chat1', 'apps/chat-room-server', 'entente-chat-room-server --config', chat);
  await network.stop('chat1');
  await users(network, reader, folder);
}

/** The READMEs of what users and operators have: the client, the bot, the command line. */
async function users(network: NetworkReader, reader: Reader, folder: string): Promise<void> {
  const settings = reader.find('apps/demo-client', 'password: a-long-secret').code;
  for (const user of ['alice', 'bob'])
    await writeFile(
      join(folder, `${user}.yaml`),
      settings
        .replaceAll('alice', user)
        .replaceAll('address: 127.0.0.1', `address: ${network.at('fe1')}`)
        .replaceAll(/(example: )127\.0\.0\.1/g, `$1${network.at('ca')}`),
    );
  const demo = 'apps/demo-client';
  await network.shell('npm install --global @entente/demo-client');
  await using bob = network.background(
    `(echo '{"id":1,"do":"register"}'; exec sleep 600) | entente-demo-client --config bob.yaml`,
  );
  await bob.says(/"id":1.*"status":200|"status":200.*"id":1/);
  const client = { ...network.play('fe1'), prints: /"id":4.*/ };
  await network.stay('alice', demo, '"do":"register"', client);
  await network.stop('alice');

  const anchors = join(folder, 'root_ca.crt');
  await reader.run(reader.find('packages/sip-endpoint', 'process.argv.slice(2)'), {
    ...network.play('fe1'),
    args: [domain, '5061', anchors, 'a-long-secret'],
  });
  await commandLine(network, reader);
}

async function commandLine(network: NetworkReader, reader: Reader): Promise<void> {
  const home = 'apps/cli';
  await network.shell(
    `for list in $(ls ca/*.crl 2>/dev/null); do cat "$list"; done > /dev/null; curl -sS --resolve ca.${domain}:8080:${network.at('ca')} "$(openssl x509 -in ca/issuing_ca.crt -noout -text 2>/dev/null | sed -n 's/.*URI://p' | head -n 1)" > issuing.crl || true`,
  );
  await network.commands(home, 'entente explain example.com', {
    ...network.play('fe1'),
    goesOn: true,
    prints: /unknown-issuer[\s\S]*fe1[\s\S]*unknown-issuer[\s\S]*Usage/,
  });
  await network.commands(home, 'completion bash', network.play('fe1'));
  const rc = await reader.newcomer.homeFile('.bashrc');
  if (!rc.includes('entente completion bash')) throw new Error(`${home}: .bashrc has no completion`);
}
