import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly strategy: { readonly matrix: { readonly node: readonly number[] } };
        readonly steps: readonly { readonly run?: string }[];
      }
    >
  >;
}

describe('the workflow of the repository', () => {
  const { jobs, permissions } = parse(read('.github/workflows/ci.yml')) as Workflow;
  const versions = Object.values(jobs).flatMap(({ strategy }) => strategy.matrix.node);

  it('runs .ci/run, which can be run, and may only read', () => {
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    expect(commands).toEqual([expect.stringMatching(/ \.ci\/run$/)]);
    expect(statSync(new URL('.ci/run', root)).mode & 0o111).not.toBe(0);
    expect(permissions).toEqual({ contents: 'read' });
  });

  it('runs on the oldest Node that packages accept, on the newest of .ci/run, and on that of .nvmrc', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    const oldest = Number(/^>=(\d+)/.exec(engines.node)?.[1]);
    const newest = Number(/^newest_node=(\d+)$/m.exec(read('.ci/run'))?.[1]);
    expect(versions[0]).toBe(oldest);
    expect(versions.at(-1)).toBe(newest);
    expect(versions).toContain(Number(read('.nvmrc')));
  });
});

describe('the files for editors and contributors', () => {
  it('can be read', () => {
    const templates = readdirSync(new URL('.github/ISSUE_TEMPLATE/', root));
    expect(templates.map((name) => parse(read(`.github/ISSUE_TEMPLATE/${name}`)))).not.toContain(null);
    const { updates } = parse(read('.github/dependabot.yml')) as {
      updates: { 'package-ecosystem': string }[];
    };
    expect(updates.map((update) => update['package-ecosystem'])).toEqual(['npm', 'github-actions']);
  });

  it('say of lines what the formatter does', () => {
    const { formatter } = JSON.parse(read('biome.json')) as {
      formatter: { indentWidth: number; lineWidth: number };
    };
    expect(read('.editorconfig')).toContain(`indent_size = ${formatter.indentWidth}\n`);
    expect(read('.editorconfig')).toContain(`max_line_length = ${formatter.lineWidth}\n`);
  });

  it('name packages and commands that exist', () => {
    const { packageManager } = JSON.parse(read('package.json')) as { packageManager: string };
    const named = read('.github/pull_request_template.md').match(/pnpm@[\d.]+/g);
    expect(new Set(named)).toEqual(new Set([packageManager]));
  });
});
