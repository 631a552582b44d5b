import { describe, expect, it } from 'vitest';
import { createPcapReader } from './pcap.ts';
import { captureFile } from './testing/frames.ts';

const frames = [Buffer.from('one'), Buffer.from('second'), Buffer.from('')];

describe('a capture in the format of libpcap', () => {
  it('gives every packet, however its bytes arrive', () => {
    const file = captureFile(frames);
    for (const size of [1, 7, file.length]) {
      const read = createPcapReader();
      const found: string[] = [];
      for (let at = 0; at < file.length; at += size)
        found.push(...read(file.subarray(at, at + size)).map(String));
      expect(found).toEqual(frames.map(String));
    }
  });

  it('is refused in another format, of another link, or with packets cut short', () => {
    expect(() => createPcapReader()(Buffer.alloc(24))).toThrow('not a capture');
    expect(() => createPcapReader()(captureFile(frames, 113))).toThrow('link type 113');
    const cut = captureFile(frames);
    cut.writeUInt32LE(64, 24 + 12);
    expect(() => createPcapReader()(cut)).toThrow('3 of 64 bytes');
  });
});
