import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../../check/problem.ts';
import type { Part } from '../part.ts';
import { recipePlays } from '../recipes/plays.ts';
import { RecipeStage } from '../recipes/recipe-stage.ts';

/** Pages that are played at the same time: each waits for a second or two until its programs have read a list again. */
const together = 3;

/** Each page of docs/recipes. */
export const part: Part = {
  name: 'recipes',
  async run({ log, newcomer, root }) {
    const pages = readdirSync(join(root, 'docs/recipes')).filter((name) => name !== 'index.md');
    const problems: Problem[] = [];
    const waiting = [...pages];
    const playNext = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const play = recipePlays[name];
        const file = `docs/recipes/${name}`;
        try {
          if (play === undefined)
            throw new Error('expected an entry in tooling/newcomer/recipes/plays.ts, found none');
          await using stage = await RecipeStage.open(name, newcomer);
          await play(stage);
          log(`${name}: runs`);
        } catch (error) {
          problems.push({ file, message: (error as Error).message });
        }
      }
    };
    await Promise.all(Array.from({ length: together }, playNext));
    return problems;
  },
};
