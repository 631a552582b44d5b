import { createPrivateKey, sign as signBytes } from 'node:crypto';
import { type Clock, type Credential, httpClient, loadCredential, openTrust } from '@entente/tls';
import {
  addSignature,
  encodeSignedTopology,
  links,
  signTopology,
  type TopologyDocument,
  type TopologySigner,
} from '@entente/topology';

/** An administrator of the test network: signs topologies, and sends commands to the authority. */
export interface Administrator extends AsyncDisposable {
  /** Signs topologies as this administrator. */
  readonly signer: TopologySigner;
  /** Paths of the certificate that the authority knows the administrator by, and of its key. */
  readonly files: { readonly certificate: string; readonly key: string };
  /**
   * Signs a document and publishes it at the authority.
   * @param query - of the request, e.g. `?leave-behind=true`
   */
  publish(document: TopologyDocument, query?: string): Promise<void>;
  /**
   * @param replace - for a server that has joined: its certificates are revoked when the token has been used; default false
   * @returns a join token for a server of the topology, as text
   */
  joinToken(server: string, replace?: boolean): Promise<string>;
  /** Adds accounts, in the form of `POST /accounts`. @throws if one of them is refused */
  addAccounts(accounts: readonly object[]): Promise<void>;
  /** Revokes a certificate. @returns the number of the list that contains it */
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
  /** Default: the machine's clock. */
  readonly clock?: Clock;
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
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    fetch: {
      hosts: [],
      privateHosts: [...addresses.keys()],
      lookUp: async (host) => [addresses.get(host)].filter((address) => address !== undefined),
    },
  });
  const client = httpClient({
    trust,
    identity,
    allow: [authority.name],
    link: { name: links.administratorToAuthority.name, interface: 'internal' },
    addresses: new Map([[authority.name, authority.address]]),
  });
  const order = async (path: string, mediaType: string, body: string): Promise<Record<string, unknown>> => {
    const url = `https://${authority.name}:${authority.port}${path}`;
    const headers = { 'content-type': mediaType };
    const response = await client.fetch(new Request(url, { method: 'POST', headers, body }));
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
  return {
    signer,
    files: { certificate: options.certificate, key: options.key },
    async publish(document, query = '') {
      await order(`/topology${query}`, 'application/jose+json', signedText(document, [signer]));
    },
    async joinToken(server, replace = false) {
      const { token } = await order('/join-tokens', 'application/json', JSON.stringify({ server, replace }));
      return token as string;
    },
    async addAccounts(accounts) {
      const body = JSON.stringify({ accounts, existing: 'refuse' });
      const { refused } = await order('/accounts', 'application/json', body);
      if (Array.isArray(refused) && refused.length > 0) throw new Error(JSON.stringify(refused));
    },
    async revoke(serialHex) {
      const body = JSON.stringify({ serial: serialHex, reason: 'keyCompromise' });
      return (await order('/revoke', 'application/json', body)).crlNumber as number;
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await trust[Symbol.asyncDispose]();
    },
  };
}
