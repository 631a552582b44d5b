import { OperatorFault } from '@entente/host';

/**
 * Reads a file; where it is not there, the fault says which command creates it.
 * @param file - its path
 * @param reading - of the file
 * @param remedy - what creates the file, or how to name it
 * @throws OperatorFault `ENOENT`; other faults of the file system as they are
 */
export async function fileOr<Read>(file: string, reading: Promise<Read>, remedy: string): Promise<Read> {
  try {
    return await reading;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new OperatorFault('ENOENT', { sentence: 'the file does not exist', place: file, remedy, cause });
  }
}
