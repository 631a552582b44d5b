import { expect, it } from 'vitest';
import { checkLightImports } from './light-imports.ts';
import { plantTree } from './testing/planted-tree.ts';

function problems(request: string): string[] {
  using tree = plantTree({
    'packages/pki/package.json': JSON.stringify({
      name: '@entente/pki',
      exports: { './client': { '@entente/source': './src/client/index.ts' } },
    }),
    'packages/pki/src/client/index.ts': "export { enrol } from './enrol.ts';\n",
    'packages/pki/src/client/enrol.ts': "export { request as enrol } from '../ground/request.ts';\n",
    'packages/pki/src/ground/request.ts': request,
  });
  return checkLightImports(tree.root).map(({ file, line, message }) => `${file}:${line}: ${message}`);
}

it('passes a client that names what is not for it as a type', () => {
  expect(problems("import type { A } from '@peculiar/x509';\nexport const request = (a: A) => a;\n")).toEqual(
    [],
  );
});

it('refuses a client that brings node-forge or reflect-metadata, through any number of files', () => {
  expect(
    problems("import 'reflect-metadata';\nimport forge from 'node-forge';\nexport const request = forge;\n"),
  ).toEqual([
    'packages/pki/src/ground/request.ts:1: is loaded by @entente/pki/client, which may not bring reflect-metadata',
    'packages/pki/src/ground/request.ts:2: is loaded by @entente/pki/client, which may not bring node-forge',
  ]);
});
