import { readFile } from 'node:fs/promises';

/** The machines of the guide. */
export const machineNames = ['one', 'two'] as const;

/** A machine of the guide. */
export type MachineName = (typeof machineNames)[number];

/** Commands of the guide, and where they are run. */
export interface GuideBlock {
  readonly on: readonly MachineName[];
  readonly commands: string;
}

/**
 * The blocks of a guide that are run, in order: those of `sh`, each headed `[one]`, `[two]` or `[both]`.
 *
 * @param page - path of the guide
 * @throws Error where a block does not say on which machine it is run
 */
export async function readGuideBlocks(page: string): Promise<readonly GuideBlock[]> {
  const text = await readFile(page, 'utf8');
  return [...text.matchAll(/^```(?:sh|bash)([^\n]*)\n(.*?)^```$/gms)].map(([, head = '', commands = '']) => {
    const named = /^ \[(\w+)\]$/.exec(head)?.[1];
    const on = named === 'both' ? machineNames : machineNames.filter((name) => name === named);
    if (on.length === 0)
      throw new Error(
        `expected [one], [two] or [both] at the head of the block that begins ${commands.split('\n')[0]}`,
      );
    return { on, commands };
  });
}
