import { fileURLToPath } from 'node:url';

/** The file that runs in a thread is not where it belongs. */
export class ThreadFileMissing extends Error {
  /** What to do now. */
  readonly remedy =
    'leave the packages of Entente out of the bundle, so that node_modules has their files: with esbuild that is --external:@entente/*; outside of a bundle, install the packages again';

  /**
   * @param name - of the file, as the package has it
   * @param url - where it would have to be; undefined: the bundle does not say where it is
   */
  constructor(name: string, url: URL | undefined) {
    const where = url?.protocol === 'file:' ? fileURLToPath(url) : 'a place that is not known';
    super(`expected the file ${name.replace('./', '')} of the package beside the code, found none: ${where}`);
    this.name = 'ThreadFileMissing';
  }
}

/**
 * What to do about a thread that has ended.
 *
 * @param cause - of its end
 * @param usual - where the cause does not say what to do
 */
export function remedyOfEnd(cause: unknown, usual: string): string {
  return cause instanceof ThreadFileMissing ? cause.remedy : usual;
}
