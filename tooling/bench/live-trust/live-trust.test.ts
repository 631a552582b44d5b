import { describe, expect, it } from 'vitest';
import { readSockets } from '../process/kernel-sockets.ts';
import { ConnectionRecord, type Held } from './connection-record.ts';

const held = (id: string, bothReport = true): Held => ({
  id,
  parties: ['fe1.contoso.example', 'fe2.contoso.example'],
  bothReport,
  localPort: 40_000,
  remotePort: 5_061,
});
const nothingOpen = (): boolean => false;

describe('the record of connections', () => {
  it('takes a connection for closed when both ends have closed, at the time of the later one', () => {
    const record = new ConnectionRecord();
    const connection = held('c1');
    record.add(connection);
    expect(record.open).toEqual([connection]);
    record.closed({ id: 'c1', end: 'dialled', at: 130 });
    expect(record.open).toEqual([]);
    expect(record.settled([connection], 100, nothingOpen)).toEqual({ delays: [], open: [connection] });
    record.closed({ id: 'c1', end: 'accepted', at: 150 });
    expect(record.settled([connection], 100, nothingOpen)).toEqual({ delays: [50], open: [] });
  });

  it('asks the kernel where the accepting end reports nothing', () => {
    const record = new ConnectionRecord();
    const connection = held('c1', false);
    record.add(connection);
    record.closed({ id: 'c1', end: 'dialled', at: 130 });
    expect(record.settled([connection], 100, () => true).open).toEqual([connection]);
    expect(record.settled([connection], 100, nothingOpen).delays).toEqual([30]);
  });

  it('gives those that were added since, closed ones too', () => {
    const record = new ConnectionRecord();
    record.add(held('c1'));
    record.add(held('c2'));
    record.closed({ id: 'c2', end: 'dialled', at: 1 });
    expect(record.addedAfter(1)).toEqual([held('c2')]);
  });
});

describe('the sockets of the kernel', () => {
  it('counts one as open while its own end is not closed', () => {
    const line = (local: string, remote: string, state: string): string =>
      `   0: 0100007F:${local} 0100007F:${remote} ${state} 00000000:00000000 00:00000000 00000000`;
    const text = [
      '  sl  local',
      line('13C5', '9C40', '01'),
      line('13C5', '9C41', '08'),
      line('13C5', '9C42', '06'),
    ];
    const open = readSockets(text.join('\n')).filter(({ isOpen }) => isOpen);
    expect(open.map(({ localPort, remotePort }) => [localPort, remotePort])).toEqual([
      [5061, 40000],
      [5061, 40001],
    ]);
  });
});
