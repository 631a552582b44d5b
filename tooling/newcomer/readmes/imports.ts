import { builtinModules } from 'node:module';
import type { Problem } from '../../check/problem.ts';
import { isExecuted, type Readme } from './readme.ts';

/**
 * A program of a README imports only what is there after `npm install` of its package, or of what the README says to install beside it.
 *
 * @param readme - whose programs
 */
export function checkImports({ blocks, dependencies, home, installs, name }: Readme): Problem[] {
  const brought = new Set([name, ...dependencies, ...installs.map((spec) => spec.replace(/(?<=.)@.*$/, ''))]);
  return blocks
    .filter((block) => isExecuted(block) && block.language !== 'sh')
    .flatMap(({ code, line }) =>
      [...code.matchAll(/^(?:import |.*\bfrom )'([^']+)';$/gm)]
        .map(([, specifier = '']) => packageOf(specifier))
        .filter((wanted) => !brought.has(wanted) && !isBuiltin(wanted))
        .map((wanted) => ({
          file: `${home}/README.md`,
          line,
          message: `imports ${wanted}, which npm install ${name} does not bring; say that it is to be installed`,
        })),
    );
}

function packageOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

function isBuiltin(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name);
}
