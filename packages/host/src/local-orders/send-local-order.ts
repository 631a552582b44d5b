import net from 'node:net';
import { OperatorFault } from '../fault.ts';
import type { LocalAnswer } from './local-answer.ts';
import { maxPathBytes, readLine } from './read-line.ts';

const maxAnswerBytes = 1_048_576;
/** Nobody listens there. */
const absent: ReadonlySet<unknown> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK']);

/**
 * Sends an order to a server on the same machine, and waits for as long as it takes.
 * @param path - of the socket
 * @param order - what is to be done
 * @returns the answer; undefined where no server listens there
 * @throws OperatorFault with the code of the server's own fault, or `ENTENTE_ORDER_FAILED` where it does not answer
 */
export async function sendLocalOrder(path: string, order: object): Promise<object | undefined> {
  if (Buffer.byteLength(path) > maxPathBytes) return undefined;
  const socket = net.connect(path);
  try {
    const cause = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      socket.once('connect', () => resolve(undefined));
      socket.once('error', resolve);
    });
    if (cause !== undefined) {
      if (absent.has(cause.code)) return undefined;
      throw failed(path, `the command cannot be sent to the server: ${cause.message}`, cause);
    }
    socket.on('error', () => {});
    socket.write(`${JSON.stringify(order)}\n`);
    const line = await readLine(socket, maxAnswerBytes, 0);
    const answer = line === undefined ? undefined : (JSON.parse(line) as LocalAnswer);
    if (answer === undefined) throw failed(path, 'the server ended before it answered');
    if (answer.ok) return answer.answer;
    const { code, ...parts } = answer.fault;
    throw new OperatorFault(code, parts);
  } finally {
    socket.destroy();
  }
}

function failed(place: string, sentence: string, cause?: Error): OperatorFault {
  return new OperatorFault('ENTENTE_ORDER_FAILED', {
    sentence,
    place,
    remedy: 'run the command as the user of the server, and see the log of the server',
    ...(cause === undefined ? {} : { cause }),
  });
}
