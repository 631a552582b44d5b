/** A block that is not executed, and why. */
export interface Unplayed {
  /** Folder of the package. */
  readonly home: string;
  /** Words by which the block is found. */
  readonly contains: string;
  readonly reason: string;
}

/** Blocks of READMEs that cannot be executed as they are. An entry whose block is gone is refused. */
export const ledger: readonly Unplayed[] = [
  {
    home: 'apps/create',
    contains: 'npm create @entente my-net',
    reason: 'npm start stays: pnpm check packages runs it, with a terminal for each command',
  },
  {
    home: 'apps/create-plugin',
    contains: 'npm create @entente/plugin my-filter',
    reason: 'the part create-plugin runs it',
  },
  {
    home: 'packages/network-folder',
    contains: 'await startNetwork(',
    reason:
      'needs the folder that npm create @entente writes: its programs run it there, in pnpm check packages',
  },
  {
    home: 'packages/sip-endpoint',
    contains: 'declare const options',
    reason: 'a part of a program, which is given its options: the first block of the same README runs whole',
  },
  {
    home: 'packages/sip-endpoint',
    contains: 'declare const alice: UserAgent',
    reason: 'a part of a program, which is given its user agent: pnpm interop baresip has one subscribe',
  },
];
