import { PassThrough } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { sniffProtocol } from './sniff-protocol.ts';

/** What the sniffer needs of a socket. */
class Wire extends PassThrough {
  timeouts: number[] = [];
  setTimeout(ms: number): this {
    this.timeouts.push(ms);
    return this;
  }
}

function taken(...words: readonly string[]): Promise<{ as: string; heard: string; wire: Wire }> {
  const wire = new Wire();
  return new Promise((resolve) => {
    const as = (name: string) => (socket: TLSSocket) =>
      resolve({ as: name, heard: String(socket.read() ?? ''), wire });
    sniffProtocol(wire as unknown as TLSSocket, { http: as('http'), sip: as('sip') });
    void (async () => {
      for (const word of words) {
        wire.write(word);
        await new Promise((next) => setImmediate(next));
      }
    })();
  });
}

describe('one port for HTTP and SIP', () => {
  it.each([
    ['GET /trust-bundle HTTP/1.1\r\n\r\n', 'http'],
    ['HEAD /trust-bundle HTTP/1.1\r\n\r\n', 'http'],
    ['REGISTER sip:contoso.example SIP/2.0\r\n\r\n', 'sip'],
    ['\r\n\r\n', 'sip'],
    ['HEADING sip:contoso.example SIP/2.0\r\n\r\n', 'sip'],
    ['POST /trust-bundle HTTP/1.1\r\n\r\n', 'sip'],
  ])('takes %j as %s and reads nothing from it', async (words, expected) => {
    const { as, heard, wire } = await taken(words);
    expect({ as, heard }).toEqual({ as: expected, heard: words });
    expect(wire.timeouts).toEqual([10_000, 0]);
  });

  it('waits for the octets that decide', async () => {
    const { as, heard } = await taken('G', 'E', 'T', ' /trust-bundle HTTP/1.1\r\n\r\n');
    expect({ as, heard }).toEqual({ as: 'http', heard: 'GET /trust-bundle HTTP/1.1\r\n\r\n' });
    expect((await taken('H', 'EADING sip:contoso.example SIP/2.0\r\n\r\n')).as).toBe('sip');
  });

  it('closes a connection on which nothing is said', async () => {
    const wire = new Wire();
    sniffProtocol(wire as unknown as TLSSocket, { http: () => {}, sip: () => {} });
    wire.emit('timeout');
    expect(wire.destroyed).toBe(true);
  });

  it('closes a connection that ends without a word', async () => {
    const wire = new Wire();
    sniffProtocol(wire as unknown as TLSSocket, { http: () => {}, sip: () => {} });
    const closed = new Promise((resolve) => wire.once('close', resolve));
    wire.end();
    await closed;
    expect(wire.destroyed).toBe(true);
  });
});
