import { createPrivateKey, sign as signBytes } from 'node:crypto';
import { request } from 'node:https';
import { agent, type Credential, loadCredential, openTrust } from '@entente/tls';
import {
  addSignature,
  encodeSignedTopology,
  links,
  signTopology,
  type TopologyDocument,
  type TopologySigner,
} from '@entente/topology';

/** An administrator of the test network: signs topologies, and gives orders to the authority. */
export interface Administrator extends AsyncDisposable {
  readonly signer: TopologySigner;
  /** Signs a document and publishes it at the authority. */
  publish(document: TopologyDocument): Promise<void>;
  /** @returns a join token for a server of the topology, as text */
  joinToken(server: string): Promise<string>;
  /** Revokes a certificate. @returns the number of the list that says so */
  revoke(serialHex: string): Promise<number>;
}

/** Where the administrator works. */
export interface AdministratorOptions {
  readonly authority: { readonly name: string; readonly address: string; readonly port: number };
  readonly anchorsFile: string;
  /** Addresses of the network's hosts. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Client certificate, row 17. */
  readonly certificate: string;
  readonly key: string;
  readonly signer: TopologySigner;
}

/** A signer with an ES256 key in PEM. */
export function es256Signer(keyId: string, keyPem: string): TopologySigner {
  const key = createPrivateKey(keyPem);
  return {
    keyId,
    algorithm: 'ES256',
    sign: (bytes) => signBytes('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }),
  };
}

/** Signs a document as one administrator. @returns the text that is published */
export function signedText(document: TopologyDocument, signers: readonly TopologySigner[]): string {
  const [first, ...others] = signers;
  let signed = signTopology(document, first === undefined ? [] : [first]);
  for (const signer of others) signed = addSignature(signed, signer);
  return encodeSignedTopology(signed);
}

/** Connects an administrator to a running authority. */
export async function createAdministrator(options: AdministratorOptions): Promise<Administrator> {
  const { authority, addresses, signer } = options;
  const identity: Credential = await loadCredential({ certificate: options.certificate, key: options.key });
  const trust = await openTrust({
    anchors: options.anchorsFile,
    fetch: {
      hosts: [],
      privateHosts: [...addresses.keys()],
      lookUp: async (host) => [addresses.get(host)].filter((address) => address !== undefined),
    },
  });
  const dialler = agent({
    trust,
    identity,
    allow: [authority.name],
    link: { name: links.administratorToAuthority.name, interface: 'internal' },
  });
  const order = (path: string, mediaType: string, body: string): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        {
          agent: dialler,
          host: authority.address,
          port: authority.port,
          servername: authority.name,
          method: 'POST',
          path,
          headers: {
            host: authority.name,
            'content-type': mediaType,
            'content-length': Buffer.byteLength(body),
          },
        },
        (incoming) => {
          let text = '';
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => {
            text += chunk;
          });
          incoming.once('end', () => {
            if ((incoming.statusCode ?? 500) < 300) resolve(JSON.parse(text) as Record<string, unknown>);
            else reject(new Error(`${path}: ${incoming.statusCode} ${text}`));
          });
        },
      );
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  return {
    signer,
    async publish(document) {
      await order('/topology', 'application/jose+json', signedText(document, [signer]));
    },
    async joinToken(server) {
      const { token } = await order('/join-tokens', 'application/json', JSON.stringify({ server }));
      return token as string;
    },
    async revoke(serialHex) {
      const body = JSON.stringify({ serial: serialHex, reason: 'keyCompromise' });
      return (await order('/revoke', 'application/json', body)).crlNumber as number;
    },
    async [Symbol.asyncDispose]() {
      dialler.destroy();
      await trust[Symbol.asyncDispose]();
    },
  };
}
