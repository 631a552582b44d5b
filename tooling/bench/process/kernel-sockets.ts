import { readFileSync } from 'node:fs';

/** A TCP connection as the kernel of Linux tells it (proc(5), `/proc/net/tcp`). */
export interface KernelSocket {
  readonly localPort: number;
  readonly remotePort: number;
  /** Whether both ends are open as far as is known. */
  readonly isEstablished: boolean;
  /** Whether its own end is not closed. */
  readonly isOpen: boolean;
  readonly inode: string;
}

/** States, as the kernel numbers them. */
const established = '01';
const closeWait = '08';

/**
 * The TCP connections of this machine whose own end is open, each as `localPort-remotePort`.
 *
 * @returns undefined where the platform does not tell
 */
export function openSockets(): ReadonlySet<string> | undefined {
  try {
    const open = readSockets(readFileSync('/proc/net/tcp', 'latin1')).filter(({ isOpen }) => isOpen);
    return new Set(open.map(({ localPort, remotePort }) => `${localPort}-${remotePort}`));
  } catch {
    return undefined;
  }
}

/** @param text - of `/proc/net/tcp`, or of that of a process */
export function readSockets(text: string): readonly KernelSocket[] {
  const lines = text.split('\n').slice(1);
  return lines.map((line) => {
    const [, local = '', remote = '', state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
    const isEstablished = state === established;
    const isOpen = isEstablished || state === closeWait;
    return { localPort: portOf(local), remotePort: portOf(remote), isEstablished, isOpen, inode };
  });
}

function portOf(address: string): number {
  return Number.parseInt(address.split(':')[1] ?? '', 16);
}
