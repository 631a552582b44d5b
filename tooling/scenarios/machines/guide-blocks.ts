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

/** The first line of a block. */
const places = new Map<string, readonly MachineName[]>([
  ['# machine one', ['one']],
  ['# machine two', ['two']],
  ['# both machines', machineNames],
]);

/**
 * The blocks of a guide that are run, in order: those of `sh`, each of which says in its first line where.
 *
 * @param page - path of the guide
 * @throws Error where a block does not say it
 */
export async function readGuideBlocks(page: string): Promise<readonly GuideBlock[]> {
  const text = await readFile(page, 'utf8');
  return [...text.matchAll(/^```(?:sh|bash)[^\n]*\n(.*?)^```$/gms)].map(([, block = '']) => {
    const [first = '', ...commands] = block.split('\n');
    const on = places.get(first);
    if (on === undefined)
      throw new Error(
        `expected ${[...places.keys()].join(', ')} as the first line of a block, found: ${first}`,
      );
    return { on, commands: commands.join('\n') };
  });
}
