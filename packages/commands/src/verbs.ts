import type { Command } from 'commander';

/** One command, which is loaded when it is named. */
export interface Verb {
  /** Its words, e.g. `topology sign`. */
  readonly path: string;
  /** What the list of commands says of it, before it is loaded. */
  readonly summary: string;
  /** Whether it reads what the others are, so that every other one is loaded with it. */
  readonly readsOthers?: true;
  /** Loads it; one file may register several. */
  load(): Promise<{ readonly register: (program: Command) => void }>;
}

const partnerBlock: Verb['load'] = () => import('./commands/partner-block.ts');

/** Each verb is one file of `commands/`; in the order of the help. */
export const verbs: readonly Verb[] = [
  {
    path: 'explain',
    summary: 'check whether a TLS server is trusted, and why',
    load: () => import('./commands/explain.ts'),
  },
  {
    path: 'status',
    summary: 'show the state of the network, and what needs attention',
    load: () => import('./commands/status.ts'),
  },
  { path: 'audit', summary: 'show who did what at the authority', load: () => import('./commands/audit.ts') },
  {
    path: 'trace',
    summary: 'show one dialog over all servers, from their logs',
    load: () => import('./commands/trace.ts'),
  },
  {
    path: 'ca init',
    summary: 'create root, issuing authority, ledger and configuration',
    load: () => import('./commands/ca-init.ts'),
  },
  {
    path: 'ca administrator',
    summary: 'issue a client certificate to an administrator',
    load: () => import('./commands/ca-administrator.ts'),
  },
  {
    path: 'ca outside',
    summary: 'certify the issuing authority for peers outside the domain',
    load: () => import('./commands/ca-outside.ts'),
  },
  {
    path: 'ca root',
    summary: 'what only the key of the root can do',
    load: () => import('./commands/ca-root.ts'),
  },
  {
    path: 'ca rollover',
    summary: 'show the issuing authorities and the roots, and what happens next',
    load: () => import('./commands/ca-rollover.ts'),
  },
  {
    path: 'ca backup',
    summary: 'back up the authority, also while it runs',
    load: () => import('./commands/ca-backup.ts'),
  },
  {
    path: 'ca restore',
    summary: 'restore the authority from a backup',
    load: () => import('./commands/ca-restore.ts'),
  },
  {
    path: 'topology init',
    summary: 'create the topology of a network',
    load: () => import('./commands/topology-init.ts'),
  },
  {
    path: 'topology add',
    summary: 'add a server, pool, domain, partner, anchor, administrator …',
    load: () => import('./commands/topology-add.ts'),
  },
  {
    path: 'topology remove',
    summary: 'remove a server, pool, partner, user, administrator, or open a row again …',
    load: () => import('./commands/topology-remove.ts'),
  },
  {
    path: 'topology check',
    summary: 'find the errors of a topology',
    load: () => import('./commands/topology-check.ts'),
  },
  {
    path: 'topology draw',
    summary: 'draw zones, roles and links as SVG or Mermaid',
    load: () => import('./commands/topology-draw.ts'),
  },
  {
    path: 'topology dns',
    summary: 'list the DNS records that the topology needs',
    load: () => import('./commands/topology-dns.ts'),
  },
  {
    path: 'topology certs',
    summary: 'list the names of every certificate that the topology needs',
    load: () => import('./commands/topology-certs.ts'),
  },
  {
    path: 'topology firewall',
    summary: 'list what the two firewalls must allow',
    load: () => import('./commands/topology-firewall.ts'),
  },
  {
    path: 'topology proxy',
    summary: 'write the configuration of nginx or HAProxy as reverse proxy',
    load: () => import('./commands/topology-proxy.ts'),
  },
  {
    path: 'topology diff',
    summary: 'show what changes from the newest signed version, and who must sign',
    load: () => import('./commands/topology-diff.ts'),
  },
  {
    path: 'topology rehearse',
    summary: 'show which links would stop working if this topology went live',
    load: () => import('./commands/topology-rehearse.ts'),
  },
  {
    path: 'topology sign',
    summary: 'number the next version and sign it',
    load: () => import('./commands/topology-sign.ts'),
  },
  {
    path: 'topology approve',
    summary: 'sign a version that another administrator prepared',
    load: () => import('./commands/topology-approve.ts'),
  },
  {
    path: 'topology publish',
    summary: 'publish the signed topology to every member',
    load: () => import('./commands/topology-publish.ts'),
  },
  {
    path: 'topology rollback',
    summary: 'prepare a new version with the content of an earlier one',
    load: () => import('./commands/topology-rollback.ts'),
  },
  {
    path: 'topology root',
    summary: 'the steps by which one root of the domain follows the other',
    load: () => import('./commands/topology-root.ts'),
  },
  {
    path: 'topology status',
    summary: 'show which version is in force, and what is not published',
    load: () => import('./commands/topology-status.ts'),
  },
  {
    path: 'topology key',
    summary: 'create a key for signing topologies',
    load: () => import('./commands/topology-key.ts'),
  },
  {
    path: 'topology schema',
    summary: 'write the JSON Schema of the topology, for editors',
    load: () => import('./commands/topology-schema.ts'),
  },
  {
    path: 'partner block',
    summary: 'refuse a partner from the next version on',
    load: partnerBlock,
  },
  {
    path: 'partner unblock',
    summary: 'end the block of a partner',
    load: partnerBlock,
  },
  {
    path: 'rotate plan',
    summary: 'plan the steps of a CA rollover and rehearse each',
    load: () => import('./commands/rotate-plan.ts'),
  },
  {
    path: 'join-token',
    summary: 'create the token that a server needs to join',
    load: () => import('./commands/join-token.ts'),
  },
  {
    path: 'cert list',
    summary: 'list the certificates that the authority has issued',
    load: () => import('./commands/cert-list.ts'),
  },
  {
    path: 'cert show',
    summary: 'show one certificate that the authority has issued',
    load: () => import('./commands/cert-show.ts'),
  },
  {
    path: 'cert issue',
    summary: 'issue a certificate for a request of other equipment',
    load: () => import('./commands/cert-issue.ts'),
  },
  {
    path: 'cert renew',
    summary: 'renew your own client certificate',
    load: () => import('./commands/cert-renew.ts'),
  },
  {
    path: 'cert revoke',
    summary: 'revoke a certificate, or all certificates of a server',
    load: () => import('./commands/cert-revoke.ts'),
  },
  {
    path: 'cert release',
    summary: 'end the hold of a certificate',
    load: () => import('./commands/cert-release.ts'),
  },
  {
    path: 'cert block-key',
    summary: 'issue no certificate for a key any more',
    load: () => import('./commands/cert-block-key.ts'),
  },
  { path: 'user add', summary: 'add a user', load: () => import('./commands/user-add.ts') },
  { path: 'user passwd', summary: 'set another password', load: () => import('./commands/user-passwd.ts') },
  {
    path: 'user disable',
    summary: 'sign a user out everywhere, and keep the account',
    load: () => import('./commands/user-disable.ts'),
  },
  {
    path: 'user enable',
    summary: 'let a user sign in again',
    load: () => import('./commands/user-enable.ts'),
  },
  { path: 'user move', summary: 'give a user another home', load: () => import('./commands/user-move.ts') },
  {
    path: 'user number',
    summary: 'give a user a telephone number',
    load: () => import('./commands/user-number.ts'),
  },
  { path: 'user right', summary: 'say what a user may do', load: () => import('./commands/user-right.ts') },
  { path: 'user remove', summary: 'remove a user', load: () => import('./commands/user-remove.ts') },
  { path: 'user list', summary: 'list the users', load: () => import('./commands/user-list.ts') },
  { path: 'user import', summary: 'add users from a file', load: () => import('./commands/user-import.ts') },
  {
    path: 'user copy',
    summary: 'move the accounts between the authority and PostgreSQL',
    load: () => import('./commands/user-copy.ts'),
  },
  {
    path: 'completion',
    summary: 'write what completes the commands in a shell',
    readsOthers: true,
    load: () => import('./commands/completion.ts'),
  },
];
