import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { readSockets } from './kernel-sockets.ts';

/** A process whose memory and connections are watched, by what Linux reports of it (proc(5)). */
export class WatchedProcess {
  readonly name: string;
  readonly #pid: number;

  /**
   * @param name - what the report calls it
   * @param pid - of the process
   */
  constructor(name: string, pid: number) {
    this.name = name;
    this.#pid = pid;
  }

  /** Whether it still runs. */
  get isAlive(): boolean {
    try {
      process.kill(this.#pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  /** From now on {@link peakMegabytes} is the peak since now. */
  resetPeak(): void {
    writeFileSync(`/proc/${this.#pid}/clear_refs`, '5');
  }

  /** The most memory that was resident at once, in MiB. */
  get peakMegabytes(): number {
    const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#pid}/status`, 'latin1'));
    return Number(line?.[1]) / 1024;
  }

  /**
   * Its open connections to ports of this machine, e.g. the links that it has dialled: each is a number that no other has.
   * @param ports - of the listeners
   */
  connectedTo(ports: ReadonlySet<number>): Set<string> {
    const own = this.#sockets();
    const links = readSockets(readFileSync(`/proc/${this.#pid}/net/tcp`, 'latin1')).filter(
      ({ inode, isEstablished, remotePort }) => isEstablished && ports.has(remotePort) && own.has(inode),
    );
    return new Set(links.map(({ inode }) => inode));
  }

  #sockets(): Set<string> {
    const inodes = new Set<string>();
    const folder = `/proc/${this.#pid}/fd`;
    for (const name of readdirSync(folder)) {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${name}`))?.[1];
        if (inode !== undefined) inodes.add(inode);
      } catch {
        // It was closed meanwhile.
      }
    }
    return inodes;
  }
}
