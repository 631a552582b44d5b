import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type InitialisedAuthority, initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { freePorts } from '@entente/testkit';
import {
  type AnchorReference,
  administratorSetHash,
  type Partner,
  type ServerEntry,
  type TopologyDocument,
  topologyFormat,
} from '@entente/topology';
import { decodePemCertificates } from '@entente/x509';
import { stringify } from 'yaml';

/** The authority of an organisation as files, and all that is needed to send commands to it once it runs. */
export interface AuthorityPlace {
  readonly domain: string;
  readonly fqdn: string;
  /** The folder that the ceremony created. */
  readonly directory: string;
  /** Configuration of the authority-server app. */
  readonly configFile: string;
  readonly httpsPort: number;
  readonly objectsPort: number;
  readonly ceremony: InitialisedAuthority;
  /** Of the first administrator: signs topologies, PKCS#8 PEM. */
  readonly signingKey: string;
  /** The first topology: the authority, and the servers that were asked for. */
  readonly topology: TopologyDocument;
}

/** What an authority is created for. */
export interface AuthorityPlaceOptions {
  /** Folder for everything; it exists. */
  readonly directory: string;
  /** The folder of the authority alone; default inside `directory`. */
  readonly authorityDirectory?: string;
  /** Servers of the topology beside the authority. */
  readonly servers: readonly ServerEntry[];
  readonly pools?: TopologyDocument['pools'];
  readonly partners?: readonly Partner[];
  readonly telephony?: TopologyDocument['telephony'];
  /** Addresses at which edges serve signed objects to outsiders. */
  readonly outsideObjectsUrls?: readonly string[];
  /** Where its servers reach it, which then also listens there; default 127.0.0.1 alone. */
  readonly address?: string;
  /** Names of administrators, `administrator` first, who signs and sends. Default that one alone. */
  readonly administrators?: readonly string[];
}

/** The network of every authority here. */
export const domain = 'contoso.example';
const fqdn = `ca.${domain}`;
const loopback = '127.0.0.1';
const anyAddress = '0.0.0.0';

/**
 * Runs the ceremony of `entente ca init`, and writes the configuration of the authority-server app for ports of this machine.
 *
 * @param options - where, and for which servers
 */
export async function createAuthorityPlace(options: AuthorityPlaceOptions): Promise<AuthorityPlace> {
  const { address = loopback, administrators = ['administrator'], authorityDirectory } = options;
  const { partners, pools = [], servers, telephony } = options;
  const directory = authorityDirectory ?? join(options.directory, 'authority');
  const [httpsPort, objectsPort] = (await freePorts(2)) as [number, number];
  const objectsUrl = `http://${fqdn}:${objectsPort}`;
  const ceremony = await initialiseAuthority({
    directory,
    domain,
    fqdn,
    objectsUrl,
    outsideObjectsUrls: options.outsideObjectsUrls ?? [],
    now: Date.now(),
    openLedger,
    administrators,
  });
  const signers = administrators.map((id) => ({ id, ...signingKeys() }));
  const topology: TopologyDocument = {
    format: topologyFormat,
    network: domain,
    version: 1,
    issued: `${new Date().toISOString().slice(0, 19)}Z`,
    administrators: {
      required: 1,
      keys: signers.map(({ id, publicKey }) => ({
        id,
        algorithm: 'ES256',
        publicKey: publicKey.toString('base64'),
      })),
    },
    anchors: { enterprise: [enterpriseAnchor(ceremony)] },
    domains: [{ name: domain, ...(pools[0] === undefined ? {} : { pool: pools[0].fqdn }) }],
    pools,
    servers: [
      {
        fqdn,
        role: 'authority',
        interfaces: {
          internal: { address, ports: { https: httpsPort, objects: objectsPort } },
        },
      },
      ...servers,
    ],
    ...(partners === undefined ? {} : { partners }),
    ...(telephony === undefined ? {} : { telephony }),
  };
  const configFile = join(options.directory, 'authority.yaml');
  const host = address === loopback ? loopback : anyAddress;
  const configuration = {
    domain,
    fqdn,
    directory,
    administratorsHash: administratorSetHash(topology.administrators),
    https: { host, port: httpsPort, url: `https://${fqdn}:${httpsPort}` },
    objects: { host, port: objectsPort, url: objectsUrl },
  };
  await writeFile(configFile, stringify(configuration));
  return {
    domain,
    fqdn,
    directory,
    configFile,
    httpsPort,
    objectsPort,
    ceremony,
    signingKey: signers[0]?.privateKey ?? '',
    topology,
  };
}

function signingKeys() {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

function enterpriseAnchor({ rootPem, rootSha256 }: InitialisedAuthority): AnchorReference {
  const root = decodePemCertificates(rootPem);
  if (!root.ok || root.value[0] === undefined) throw new Error('the ceremony gave no root');
  return {
    name: 'enterprise',
    sha256: rootSha256,
    certificate: Buffer.from(root.value[0].der).toString('base64'),
  };
}
