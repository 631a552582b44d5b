import type { Socket } from 'node:net';

/** Longest path of a Unix domain socket on every system; Linux allows four bytes more. */
export const maxPathBytes = 103;

/**
 * Reads one line.
 * @param socket - its other side may send anything
 * @param maxBytes - a longer line is none
 * @param timeoutMs - milliseconds after which there is none; 0 for no end
 * @returns undefined where no line came
 */
export function readLine(socket: Socket, maxBytes: number, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (line?: string): void => {
      socket.setTimeout(0);
      resolve(line);
    };
    socket.setTimeout(timeoutMs, () => finish());
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      const all = chunk.includes(10) || length > maxBytes ? Buffer.concat(chunks) : undefined;
      if (all === undefined) return;
      const end = all.indexOf(10);
      finish(end >= 0 && end <= maxBytes ? all.toString('utf8', 0, end) : undefined);
    });
    socket.once('end', () => finish());
    socket.once('close', () => finish());
  });
}
