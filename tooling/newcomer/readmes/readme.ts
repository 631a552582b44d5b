import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRooms } from '../../check/source/source-file.ts';

/** One block of a README, which a newcomer pastes. */
export interface Block {
  /** Folder of the package, e.g. `packages/tls`. */
  readonly home: string;
  /** `sh`, `js`, `ts`; others are not executed, e.g. `yaml`. */
  readonly language: string;
  readonly code: string;
  /** Of its first line. */
  readonly line: number;
}

/** The README of one package. */
export interface Readme {
  readonly home: string;
  /** Name of the package. */
  readonly name: string;
  readonly blocks: readonly Block[];
  /** Packages that it says to install beside its own. */
  readonly installs: readonly string[];
  /** Packages that come with its own. */
  readonly dependencies: readonly string[];
}

/**
 * Reads the README of a package.
 *
 * @param root - absolute path of the repository
 * @param home - e.g. `packages/tls`
 */
export function readReadme(root: string, home: string): Readme {
  const file = join(root, home, 'README.md');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map((match) => ({
    home,
    language: match[1] ?? '',
    code: match[2] ?? '',
    line: text.slice(0, match.index).split('\n').length,
  }));
  const { dependencies = {}, name } = JSON.parse(readFileSync(join(root, home, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  const installs = [...text.matchAll(/npm install ((?:@?[a-z][\w./@-]*(?: (?=@?[a-z]))?)+)/g)]
    .flatMap(([, words = '']) => words.trim().split(' '))
    .filter((word) => word !== name);
  return { home, name, blocks, installs, dependencies: Object.keys(dependencies) };
}

/** Of every package that is published. */
export function readReadmes(root: string): readonly Readme[] {
  return readRooms(root)
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ home }) => readReadme(root, home));
}

/** Whether a block is a program or commands. */
export function isExecuted({ language }: Block): boolean {
  return language === 'sh' || language === 'js' || language === 'ts';
}
