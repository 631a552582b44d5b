import type { Network } from '@entente/testkit';

/** What a visitor of a running network needs of it. */
export type Visited = Pick<Network, 'anchorsFile' | 'directory' | 'dns'> & {
  readonly organisation: Pick<Network['organisation'], 'domain' | 'frontEnds' | 'users'>;
};

/**
 * What to try with a network that stays up: commands to paste, and the settings of a SIP client.
 * @param network - the network
 * @param listsFile - the revocation lists of its authority, PEM
 */
export function whatToTry(network: Visited, listsFile: string): string {
  const { anchorsFile, directory, dns, organisation } = network;
  const { domain } = organisation;
  const dave = organisation.users.find(({ md5 }) => md5 === true);
  const home = organisation.frontEnds.find(({ fqdn }) => fqdn === dave?.home);
  const explain = `npx -y pnpm@10.34.9 entente explain 127.0.0.1:${home?.port} --name ${domain}`;
  return `
The network is running; its files are in ${directory}. Try, in another terminal:

  # the verdict on a front end, stage by stage
  ${explain} --anchors ${anchorsFile} --crls ${listsFile}

  # the same without our root: refused, with the reason
  ${explain}

A SIP client of your own, over TLS (docs/guides/one-organisation.md shows it for baresip):

  user        ${dave?.address}
  password    ${dave?.password}
  server      ${domain}, port ${home?.port}: the name that its certificate must carry
  address     127.0.0.1
  CA file     ${anchorsFile}
  DNS server  ${dns.address}:${dns.port}, UDP: knows ${domain}

Press Ctrl-C to stop the network.`;
}
