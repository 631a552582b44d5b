import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Copies a folder with an open database, as a crash would leave it. Another process does it: this one would lose its lock by closing a
 * file of the database that it has opened itself (POSIX).
 */
export async function copyFolder(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-r', from, to]);
}
