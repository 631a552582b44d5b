import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';

/** Whether this test may mount a file system: as root, and not in every container. */
export function mayMount(): boolean {
  const arguments_ = ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', tmpdir()];
  return process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'mount', ...arguments_]).status === 0;
}
