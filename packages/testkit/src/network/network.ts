import type { Partner } from '@entente/topology';
import type { TestAuthority } from '../test-authority.ts';
import type { Administrator } from './administrator.ts';
import type { AppProcess } from './app-process.ts';
import type { DemoUser } from './demo-user.ts';
import type { DnsServer } from './dns-server.ts';
import type { Organisation } from './organisation.ts';

/** How a test network is started. */
export interface NetworkOptions {
  /** Default `contoso.example`. */
  readonly domain?: string;
  /** Where its files go; default a temporary directory that is removed at the end. */
  readonly directory?: string;
  /** Users whose clients are started and registered at once, by user part. Default alice, bob and carol. */
  readonly clients?: readonly string[];
  /** Command line in front of `node` for the front ends, e.g. `['taskset', '-c', '0']`. */
  readonly frontEndLauncher?: readonly string[];
  /** Further arguments of node for front ends and edge, e.g. a module to import that measures them. */
  readonly serverArguments?: readonly string[];
  /** Partners that somebody else runs; with them comes the edge. */
  readonly partners?: readonly Partner[];
  /** Names of hosts on 127.0.0.1 that are not the network's, e.g. those of partners. */
  readonly otherHosts?: readonly string[];
  /** UDP port of the network's DNS server on 127.0.0.1; default any. */
  readonly dnsPort?: number;
  /** Further fields of the front ends' configuration. */
  readonly frontEndConfig?: object;
  /** Further fields of the edges' configuration. */
  readonly edgeConfig?: object;
  /** Called with each step while the network starts. */
  readonly onStep?: (step: string) => void;
  /** Called with each process right after it was started. */
  readonly onProcess?: (process: AppProcess) => void;
}

/** How a federation is started. */
export interface FederationOptions extends Omit<NetworkOptions, 'domain' | 'partners'> {
  /** `own`: each has its own CA, and the other's root (default). `shared`: both edges have certificates of a public CA. */
  readonly roots?: 'own' | 'shared';
  /** Users of the second organisation whose clients are started; default those of the first. */
  readonly partnerClients?: readonly string[];
  /**
   * Address that each organisation has for the other's inside names; default none. A listener there receives
   * connections that bypass the edge.
   */
  readonly partnersInsideAt?: string;
  /** Port of the second organisation's bundle: its own (default), or that of its clients, as the topology has it by default. */
  readonly partnerBundleAt?: 'own-port' | 'clients-port';
  /** Called when the first organisation runs, before the second is started. */
  readonly onFirst?: (network: Network) => Promise<void>;
}

/** One organisation that runs on this machine. */
export interface Network extends AsyncDisposable {
  readonly directory: string;
  readonly organisation: Organisation;
  /** PEM file with the root. */
  readonly anchorsFile: string;
  readonly addresses: ReadonlyMap<string, string>;
  readonly dns: DnsServer;
  /** What DNS answers; a test may change it. */
  readonly services: Map<string, { target: string; port: number }[]>;
  readonly authority: AppProcess;
  readonly frontEnds: readonly AppProcess[];
  /** Only where there are partners. */
  readonly edge: AppProcess | undefined;
  readonly administrator: Administrator;
  /** The issuing CA's key in the hands of an insider, who can certify anything. */
  readonly insider: TestAuthority;
  /** Where the issuing CA publishes its revocation list. */
  readonly crlUrl: string;
  /** The same for a peer outside: chain and address of the list are those that outsiders know. */
  readonly outside: { readonly insider: TestAuthority; readonly crlUrl: string };
  /** A user's client, running and registered. */
  user(name: string): DemoUser;
  /** Every process of the network. */
  readonly processes: readonly AppProcess[];
  /** Starts the client of a user, without registering it. */
  startUser(name: string, server?: { readonly port: number }): Promise<DemoUser>;
}
