import { type FileName, MemberFiles } from '../src/files/member-files.ts';

/** The power goes before the operation with this number; everything before it is on the disk. */
export class FailingFiles extends MemberFiles {
  #left: number;

  constructor(directory: string, operations: number) {
    super(directory);
    this.#left = operations;
  }

  override write(...given: Parameters<MemberFiles['write']>): Promise<void> {
    this.#spend();
    return super.write(...given);
  }

  override remove(name: FileName): Promise<void> {
    this.#spend();
    return super.remove(name);
  }

  #spend(): void {
    if (this.#left-- <= 0) throw new Error('power failure');
  }
}
