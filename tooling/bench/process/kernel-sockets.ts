import { readFileSync } from 'node:fs';

/** States of a socket whose own end is not closed (`ESTABLISHED`, `CLOSE_WAIT`), as the kernel of Linux numbers them. */
const openStates: ReadonlySet<string> = new Set(['01', '08']);

/**
 * The TCP connections of this machine whose own end is open, each as `localPort-remotePort`.
 *
 * @returns undefined where the platform does not tell
 */
export function openSockets(): ReadonlySet<string> | undefined {
  try {
    return readSockets(readFileSync('/proc/net/tcp', 'latin1'));
  } catch {
    return undefined;
  }
}

/** Reads what `/proc/net/tcp` says (proc(5)). */
export function readSockets(text: string): ReadonlySet<string> {
  const open = new Set<string>();
  for (const line of text.split('\n').slice(1)) {
    const [, local = '', remote = '', state = ''] = line.trim().split(/\s+/);
    if (openStates.has(state)) open.add(`${portOf(local)}-${portOf(remote)}`);
  }
  return open;
}

function portOf(address: string): number {
  return Number.parseInt(address.split(':')[1] ?? '', 16);
}
