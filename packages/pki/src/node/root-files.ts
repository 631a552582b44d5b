import { authorityFiles } from './authority-files.ts';

/** The files of one root, in the folder of the authority. */
export interface RootFiles {
  /** Its certificate, PEM. */
  readonly certificate: string;
  /** Its list in force, PEM. */
  readonly list: string;
  /** Its key, where it is on this machine. */
  readonly key: string;
  /** Its name and key, certified by the root before. */
  readonly cross: string;
  /** The same for outsiders. */
  readonly crossOutside: string;
  /** What this root should sign. */
  readonly request: string;
  /** What it has signed. */
  readonly answer: string;
  /** The answer that is being put in force; a later one may be brought meanwhile. */
  readonly taken: string;
  /** An answer that was refused. */
  readonly refused: string;
}

/** The record of all roots, in the folder of the authority; absent before the first rollover of the root. */
export const rootsFile = 'roots.json';

/**
 * The files of a root. List, key and exchange of the first one have the names that they had before there was a second.
 * @param number - from 1
 */
export function rootFiles(number: number): RootFiles {
  const base = `roots/${number}`;
  const exchanged = number === 1 ? '' : `-${number}`;
  return {
    certificate: `${base}.crt`,
    list: number === 1 ? authorityFiles.rootCrl : `${base}.crl`,
    key: number === 1 ? authorityFiles.rootKey : `${base}.key`,
    cross: `${base}_cross.crt`,
    crossOutside: `${base}_cross_outside.crt`,
    request: `root-request${exchanged}.json`,
    answer: `root-answer${exchanged}.json`,
    taken: `root-answer${exchanged}.taken.json`,
    refused: `root-answer${exchanged}.refused.json`,
  };
}
