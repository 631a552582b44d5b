import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type AppProcess, type Network, startNetwork } from '@entente/testkit';
import { anchorOf } from '@entente/testkit/repository';
import type { TopologyDocument } from '@entente/topology';
import { stringify } from 'yaml';
import type { InteropOptions } from '../scenario.ts';
import { type Guide, runCommands, writeBelow } from './guide.ts';
import { partnerDomain, partnerHost, partnerPorts } from './partner-proxy.ts';

/** Seconds after which the edge fetches the partner's lists again: a revocation is seen while a run waits. */
const listsEverySeconds = 1;
const pauseMs = 200;
const topologyFile = 'topology.json';

/**
 * Our organisation before it has heard of the partner: it has an edge, and accounts at the authority. It lists another partner, whose root may
 * vouch for that one's domain only.
 *
 * @param guide - its folder gets what an administrator has: `contoso/topology.yaml` and the keys
 * @param otherPartner - its domain, and its root in a PEM file
 * @param options - log and signal of the run
 */
export async function startOurs(
  guide: Guide,
  otherPartner: { readonly domain: string; readonly root: string },
  { log, signal }: InteropOptions,
): Promise<Network> {
  const root = (await readFile(otherPartner.root, 'utf8')).replace(/-----[^-]*-----|\s/g, '');
  const { domain } = otherPartner;
  const network = await startNetwork({
    clients: [],
    directory: join(guide.folder, 'network'),
    dnsPort: 53,
    otherHosts: [partnerDomain, partnerHost, `crl.${partnerDomain}`, 'med1.contoso.example'],
    partners: [
      {
        kind: 'allowed-domain',
        id: 'litware',
        domains: [domain],
        anchors: [anchorOf('root', Buffer.from(root, 'base64'))],
      },
    ],
    edgeConfig: { partnerListsEverySeconds: listsEverySeconds },
    // Users are accounts at the authority, not a file.
    frontEndConfig: { users: undefined },
    onStep: log,
  });
  try {
    // The external view of both domains, which is what each sees of the other.
    const { externalFqdn, externalPorts } = network.organisation.edge;
    network.services.set(`_sips._tcp.${network.organisation.domain}`, [
      { target: externalFqdn, port: externalPorts.federation },
    ]);
    network.services.set(`_sipfederationtls._tcp.${partnerDomain}`, [
      { target: partnerHost, port: partnerPorts.federation },
    ]);
    await giveAdministratorFiles(guide, network);
    await addUsers(network, guide, signal);
    return network;
  } catch (error) {
    await network[Symbol.asyncDispose]();
    throw error;
  }
}

/** Signs and publishes a version with the commands of the guide, and waits until a server has it. */
export async function publish(
  guide: Guide,
  commands: string,
  servers: readonly AppProcess[],
  signal: AbortSignal,
): Promise<number> {
  await runCommands(commands, signal);
  const text = await readFile(join(guide.folder, 'contoso/topology.signed.json'), 'utf8');
  const { version } = (JSON.parse(text) as { document: TopologyDocument }).document;
  await Promise.all(
    servers.map((server) =>
      server.waitFor(
        `version ${version}`,
        (record) => record.event === 'topology' && record.version === version,
      ),
    ),
  );
  return version;
}

/** What the administrator of the guide has in the folder where the commands are run. */
async function giveAdministratorFiles(guide: Guide, network: Network): Promise<void> {
  const { directory, organisation } = network;
  const { authority } = organisation;
  const folder = join(guide.folder, 'contoso');
  const signed = join(directory, network.frontEnds[0]?.name ?? '', topologyFile);
  const { document } = JSON.parse(await readFile(signed, 'utf8')) as { document: TopologyDocument };
  await writeBelow(folder, 'topology.yaml', stringify(document));
  await copyFile(signed, join(folder, 'topology.signed.json'));
  await writeBelow(
    folder,
    'administrators/alice.key',
    await readFile(join(directory, 'signing.key'), 'utf8'),
  );
  const own = join(directory, 'authority/administrators/administrator');
  await writeBelow(
    folder,
    'ca/administrators/alice.yaml',
    stringify({
      authority: `https://${authority.fqdn}:${authority.httpsPort}`,
      address: '127.0.0.1',
      anchors: network.anchorsFile,
      certificate: `${own}.crt`,
      key: `${own}.key`,
    }),
  );
}

async function addUsers(network: Network, guide: Guide, signal: AbortSignal): Promise<void> {
  const users = join(network.directory, 'users.yaml');
  await runCommands(
    `cd '${guide.folder}/contoso'\nentente user import '${users}' --as ca/administrators/alice.yaml`,
    signal,
  );
  await accountsAt(
    network,
    network.frontEnds,
    network.organisation.users.map(({ address }) => address),
    signal,
  );
}

/** Waits until servers know something of the accounts: each keeps them in a file. */
export async function accountsAt(
  { directory }: Network,
  servers: readonly AppProcess[],
  texts: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const { name } of servers) {
    const file = join(directory, name, 'accounts.jsonl');
    for (;;) {
      const kept = await readFile(file, 'utf8').catch(() => '');
      if (texts.every((text) => kept.includes(text))) break;
      await pause(pauseMs, undefined, { signal });
    }
  }
}
