import { manifestText, readmeText } from './manifest-text.ts';

/**
 * An exporter, which brings what a server logs elsewhere.
 * @param name - of the plugin
 * @param version - of the packages that it is tested with
 */
export function exporterFiles(name: string, version: string) {
  return {
    'package.json': manifestText(
      name,
      { provides: { exporter: 1 }, may: ['write-files'] },
      { name: '@entente/host', version },
    ),
    'README.md': readmeText(
      name,
      'Writes what a server logs into a file, one line of JSON for each record.',
      '{ file: /var/lib/entente/records.jsonl }',
      'Under the units of examples/systemd a server may write below `/var/lib/entente` alone; for a file elsewhere, add `ReadWritePaths=` with its folder to the unit.',
    ),
    'index.js': moduleText.replaceAll('NAME', name),
    'suite.test.js': suiteText.replaceAll('NAME', name),
  };
}

const moduleText = `import { appendFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';

const exporter = { name: 'exporter', version: 1 };

/** Any Standard Schema will do here, zod's for instance. */
const configSchema = {
  '~standard': {
    version: 1,
    vendor: 'entente-plugin-NAME',
    validate(value) {
      const file = value?.file;
      if (typeof file === 'string' && isAbsolute(file)) return { value: { file } };
      return { issues: [{ message: 'expected the absolute path of a file', path: ['file'] }] };
    },
  },
};

export const plugin = {
  name: 'NAME',
  apiVersion: 1,
  requires: [],
  provides: [exporter],
  configSchema,
  setup(scope, { file }) {
    scope.provide(exporter, {
      // Answers when the batch is where it goes, and throws where it is not: then the next batch says how many were left out.
      async export({ records }) {
        await appendFile(file, records.map((one) => \`\${JSON.stringify(one)}\\n\`).join(''), { mode: 0o600 });
      },
    });
  },
};
`;

const suiteText = `import { mkdir, mkdtemp, readFile, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { exporterCompliance } from '@entente/host/exporter';
import { plugin } from './index.js';

/** Sets the plugin up as a server does, with a file of its own. */
async function setup() {
  const folder = await mkdtemp(join(tmpdir(), 'entente-plugin-NAME-'));
  const file = join(folder, 'records.jsonl');
  let exporter;
  const provide = (_, implementation) => {
    exporter = implementation;
  };
  plugin.setup({ provide }, { file });
  return {
    exporter,
    async arrived() {
      const lines = (await readFile(file, 'utf8')).trim().split('\\n');
      return lines.map((line) => JSON.parse(line).message);
    },
    // A folder in the place of the file takes nothing.
    breakDestination: (broken) => (broken ? mkdir(file) : rmdir(file)),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

for (const { run, title } of exporterCompliance(setup, 10_000)) test(title, run);
`;
