/**
 * The house as data: who stands on which floor, and what is not pure though it stands on a pure floor. The picture
 * is in docs/architecture.md. It lists what exists: `check floors` compares it with the picture and the folders.
 */

/** Rooms by floor, from the ground floor (0) up. A room imports only from lower floors; rooms on one floor do not see each other. */
export const floors: readonly (readonly string[])[] = [
  ['options'],
  ['x509', 'sip'],
  ['trust', 'topology', 'sip-proxy', 'accounts'],
  ['pki', 'tls', 'federation', 'topology-planning'],
  ['member', 'sip-endpoint', 'host', 'store-sql', 'store-redis'],
  ['sip-relay', 'application'],
  [
    'authority',
    'front-end',
    'director',
    'mediation',
    'web-services',
    'edge',
    'chat-room',
    'commands',
    'network-folder',
  ],
  [
    'authority-server',
    'pool-server',
    'edge-server',
    'chat-room-server',
    'demo-client',
    'cli',
    'create',
    'create-plugin',
  ],
];

/** Imports everything, so nobody may name it: only the root package.json lists it, and only tests and tooling use it. */
export const testOnlyRoom = 'testkit';

/** The floors that must be pure: decisions and formats. */
export const pureFloors: readonly number[] = [0, 1, 2, 3];

/** Code on a pure floor that touches the platform, with the reason. A path ends in `/` or names one file. */
export const impure: readonly { readonly path: string; readonly reason: string }[] = [
  { path: 'packages/tls/src/', reason: 'puts sockets under the verdict' },
  { path: 'packages/trust/src/node/', reason: 'reads directories, fetches CRLs and OCSP' },
  { path: 'packages/pki/src/pkcs12/', reason: 'packs keys, and so needs salts' },
  { path: 'packages/pki/src/client/', reason: 'talks to an authority' },
  { path: 'packages/pki/src/node/', reason: 'keeps an authority in files, and does what is due of it' },
];

/** The apps that run as servers. */
export const servers: readonly string[] = [
  'authority-server',
  'pool-server',
  'edge-server',
  'chat-room-server',
];

/** Packages for people at a command line; no server loads them. */
export const notForServers: readonly string[] = ['topology-planning', 'commands', 'network-folder'];

/** Where the command line begins. */
export const helpStart = 'apps/cli/src/bin.ts';

/** Packages, and beginnings of paths of ours, that its help may load: what lists the commands, and nothing of what they do. */
export const loadedForHelp: readonly string[] = [
  'commander',
  'apps/cli/src/',
  'packages/commands/src/cli.ts',
  'packages/commands/src/group-command.ts',
  'packages/commands/src/output-not-written.ts',
  'packages/commands/src/program.ts',
  'packages/commands/src/verbs.ts',
];

/** Entry points that small programs load, and libraries of their package that they do not bring. */
export const lightEntries: readonly { readonly entry: string; readonly without: readonly string[] }[] = [
  { entry: '@entente/pki/client', without: ['node-forge', '@peculiar/x509', 'reflect-metadata'] },
];

/** The only rooms that may type the number or the text of a row of the allow matrix, with the reason. */
export const linkNumberRooms: ReadonlyMap<string, string> = new Map([
  ['packages/topology', 'the matrix is here, and its tests hold the numbers'],
  ['packages/trust', 'stands beside topology: its tests carry a number and a text that it never reads'],
]);

/** Longest file, in lines. */
export const maxFileLines = 400;

/** A file of more lines than this is long. */
export const longFileLines = 300;

/** How many of all files may be long, in percent. */
export const maxLongFilesPercent = 5;

/** Largest app, in lines of all its source files together; it stays below. */
export const maxAppLines = 500;

/** Words that name no responsibility: a file called so is a drawer. */
export const drawerNames: readonly string[] = [
  'util',
  'utils',
  'common',
  'helper',
  'helpers',
  'manager',
  'misc',
];

/**
 * The floor of a room.
 *
 * @param room - Folder name, e.g. `sip-proxy`.
 * @returns 0 to 7, or undefined for a room that the house does not know.
 */
export function floorOf(room: string): number | undefined {
  const index = floors.findIndex((rooms) => rooms.includes(room));
  return index < 0 ? undefined : index;
}
