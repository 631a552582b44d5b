import type { Partner, Role, TopologyDocument } from '@entente/topology';
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
  /** Further fields of the configuration of servers, by role; those of one that has fields of its own above come after these. */
  readonly serverConfig?: Readonly<Partial<Record<Role, object>>>;
  /** The (first) organisation has two edges in a pool, where it has any; default one in none. */
  readonly hasEdgePool?: boolean;
  /** The (first) organisation has two directors in a pool, behind its edge; default none. */
  readonly hasDirectors?: boolean;
  /** Completes the first topology of the (first) organisation. */
  readonly extend?: (document: TopologyDocument) => TopologyDocument;
  /**
   * Users of the (first) organisation are accounts that the authority keeps, by user part with what each has besides a password; default a
   * file of digests that front ends and directors read.
   */
  readonly accounts?: Readonly<Record<string, UserAccount>>;
  /** Least severe level that servers log; default info. */
  readonly logLevel?: 'debug';
  /** Called with each step while the network starts. */
  readonly onStep?: (step: string) => void;
  /** Called with each process right after it was started. */
  readonly onProcess?: (process: AppProcess) => void;
}

/** What the account of a user has besides a password. */
export interface UserAccount {
  /** `+` and digits. */
  readonly number?: string;
  /** E.g. `dial-outside`. */
  readonly rights?: readonly string[];
}

/** How a server is started. */
export interface ServerProgram {
  /** Path of its main module below the working directory (in the repository of Entente: below its root); default the app for its role. */
  readonly program?: string;
  /** Further fields of its configuration. */
  readonly config?: object;
  /** Needed where a later topology than the first one names the server. */
  readonly role?: Role;
}

/** How a federation is started. */
export interface FederationOptions extends Omit<NetworkOptions, 'domain' | 'partners'> {
  /** `own`: each has its own CA, and the other's root (default). `shared`: both edges have certificates of a public CA. */
  readonly roots?: 'own' | 'shared';
  /** Users of the second organisation whose clients are started; default those of the first. */
  readonly partnerClients?: readonly string[];
  /** As `accounts`, of the second organisation. */
  readonly partnerAccounts?: NetworkOptions['accounts'];
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
  /** Folder of everything that the network writes. */
  readonly directory: string;
  /** Names, ports and users. */
  readonly organisation: Organisation;
  /** PEM file with the root. */
  readonly anchorsFile: string;
  /** IPv4 address of each host that the organisation knows, by name. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Answers what `addresses` and `services` say. */
  readonly dns: DnsServer;
  /** What DNS answers; a test may change it. */
  readonly services: Map<string, { target: string; port: number }[]>;
  /** The authority server. */
  readonly authority: AppProcess;
  /** Those that started with the network, in the order of `organisation.frontEnds`. */
  readonly frontEnds: readonly AppProcess[];
  /** The first one that started with the network; only where there are partners. */
  readonly edge: AppProcess | undefined;
  /** All of them. */
  readonly edges: readonly AppProcess[];
  /** None where the network has no directors. */
  readonly directors: readonly AppProcess[];
  /** Signs topologies and sends commands to the authority. */
  readonly administrator: Administrator;
  /** The issuing CA's key in the hands of an insider, who can certify anything. */
  readonly insider: TestAuthority;
  /** Where the issuing CA publishes its revocation list. */
  readonly crlUrl: string;
  /** The same for a peer outside: chain and address of the list are those that outsiders know. */
  readonly outside: { readonly insider: TestAuthority; readonly crlUrl: string };
  /** A user's client that has been started, the latest one. */
  user(name: string): DemoUser;
  /**
   * Starts a server of the topology in force that does not run yet, with a join token.
   * @param fqdn - its name in the topology
   * @param program - what runs it
   */
  startServer(fqdn: string, program?: ServerProgram): Promise<AppProcess>;
  /** Every process of the network. */
  readonly processes: readonly AppProcess[];
  /** Starts the client of a user, without registering it. */
  startUser(name: string, server?: { readonly port: number }): Promise<DemoUser>;
}
