import type { RegisteredDevice } from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { DeviceFlows } from './device-flows.ts';

const alice = 'alice@contoso.example';
const bob = 'bob@contoso.example';
const at = (device: string, uri = `sip:${device}@192.0.2.1`): RegisteredDevice => ({
  device,
  uri,
  removed: false,
});

describe('the connections of devices', () => {
  it('lead to a device over the connection on which it registered last', () => {
    const flows = new DeviceFlows();
    flows.registered(alice, [at('d1')], 'f1');
    expect(flows.flowOf(alice, 'd1')).toMatchObject({ flow: 'f1', uri: 'sip:d1@192.0.2.1' });
    flows.registered(alice, [at('d1')], 'f2');
    expect(flows.flowOf(alice, 'd1')?.flow).toBe('f2');
    // The end of the old connection takes nothing from the new one.
    flows.closed('f1');
    expect(flows.flowOf(alice, 'd1')?.flow).toBe('f2');
    flows.closed('f2');
    expect(flows.flowOf(alice, 'd1')).toBeUndefined();
    expect(flows.size).toBe(0);
  });

  it('give another flow of the same device where any will do, the one registered last, and never another device', () => {
    const flows = new DeviceFlows();
    flows.registered(alice, [at('d1.1')], 'f1');
    flows.registered(alice, [at('d1.2')], 'f2');
    flows.registered(alice, [at('d2.1')], 'f3');
    expect(flows.flowsOf(alice, 'd1.1')[0]?.flow).toBe('f1');
    flows.closed('f1');
    expect(flows.flowOf(alice, 'd1.1')).toBeUndefined();
    expect(flows.flowsOf(alice, 'd1.1')[0]?.flow).toBe('f2');
    flows.registered(alice, [at('d1.3')], 'f4');
    expect(flows.flowsOf(alice, 'd1.1').map(({ flow }) => flow)).toEqual(['f4', 'f2']);
    expect(flows.flowsOf(alice, 'd1.2').map(({ flow }) => flow)).toEqual(['f2', 'f4']);
    expect(flows.flowsOf(bob, 'd1.1')).toEqual([]);
  });

  it('end with the registration: of one device, or of all of the user on that connection', () => {
    const flows = new DeviceFlows();
    flows.registered(alice, [at('d1'), at('d2')], 'f1');
    flows.registered(bob, [at('d3')], 'f1');
    flows.registered(alice, [{ ...at('d1'), removed: true }], 'f1');
    expect(flows.flowOf(alice, 'd1')).toBeUndefined();
    flows.registered(alice, undefined, 'f1');
    expect(flows.flowOf(alice, 'd2')).toBeUndefined();
    expect(flows.flowOf(bob, 'd3')?.flow).toBe('f1');
  });

  it('tell whose devices send over a connection', () => {
    const flows = new DeviceFlows();
    flows.registered(alice, [at('d1'), at('d2')], 'f1');
    expect(flows.deviceOn(alice, 'f1')).toBe('d2');
    expect([
      flows.isOn(alice, 'd1', 'f1'),
      flows.isOn(alice, 'd1', 'f2'),
      flows.isOn(bob, 'd1', 'f1'),
    ]).toEqual([true, false, false]);
  });

  it('know a device that has not registered by its connection alone', () => {
    const flows = new DeviceFlows();
    const device = flows.deviceOn(bob, 'f1');
    expect(flows.flowsOf(bob, device)).toEqual([{ flow: 'f1', uri: '' }]);
    expect([flows.isOn(bob, device, 'f1'), flows.isOn(bob, device, 'f2')]).toEqual([true, false]);
  });

  it('are at most 32 on one connection: of more the first are forgotten', () => {
    const flows = new DeviceFlows();
    for (let i = 0; i < 100; i++) flows.registered(`user${i}@contoso.example`, [at('d1')], 'f1');
    expect(flows.size).toBe(32);
    expect(flows.flowOf('user0@contoso.example', 'd1')).toBeUndefined();
    expect(flows.flowOf('user99@contoso.example', 'd1')?.flow).toBe('f1');
  });
});
