import { describe, expect, it } from 'vitest';
import { readPort, readPorts } from './read-port.ts';

describe('a port on the command line', () => {
  it('is read where it is one, alone or with its service', () => {
    expect([readPort('1', '--port'), readPort('65535', '--port')]).toEqual([1, 65_535]);
    expect(readPorts(['sip=15061', 'web=1'], '--port')).toEqual({ sip: 15_061, web: 1 });
    expect([readPort(undefined, '--port'), readPorts(undefined, '--port')]).toEqual([undefined, undefined]);
  });

  it.each(['99999', '65536', '0', '-1', 'abc', '', '5061x', '0x10', '1=2'])(
    'is refused with the option and the range: %j',
    (text) => {
      const refused = (sentence: string) =>
        expect.objectContaining({ code: 'ENTENTE_USAGE', place: 'option --port', sentence });
      const range = 'expected a port from 1 to 65535';
      expect(() => readPort(text, '--port')).toThrow(refused(`${range}, found ${text}`));
      expect(() => readPorts([`sip=${text}`], '--port')).toThrow(
        refused(`${range} for sip, found sip=${text}`),
      );
    },
  );

  it('is refused without it, or with a service that there is none of', () => {
    expect(() => readPorts(['sip'], '--external-port')).toThrow(
      expect.objectContaining({
        place: 'option --external-port',
        remedy: expect.stringContaining('sip=5061'),
      }),
    );
    expect(() => readPorts(['spi=5061'], '--port')).toThrow(
      expect.objectContaining({ remedy: expect.stringMatching(/^name one of sip, /) }),
    );
  });
});
