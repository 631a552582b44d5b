import { describe, expect, it } from 'vitest';
import { type CpuProfile, partsOf } from './read-profile.ts';

const bundle = [
  '// packages/sip/src/message/edit.ts',
  'first',
  '// ../packages/tls/src/serve.ts',
  'second',
].join('\n');
const frame = (id: number, functionName: string, url: string, lineNumber = 0) => ({
  id,
  callFrame: { functionName, url, lineNumber },
});
const profile: CpuProfile = {
  nodes: [
    frame(1, '(root)', ''),
    frame(2, '(idle)', ''),
    frame(3, 'toMessage', 'file:///script.js', 1),
    frame(4, 'serve', 'file:///script.js', 3),
    frame(5, 'writeLatin1String', ''),
    frame(6, '(garbage collector)', ''),
    frame(7, 'onStreamRead', 'node:internal/stream_base_commons'),
  ],
  startTime: 0,
  endTime: 10_000,
  samples: [3, 2, 3, 4, 5, 6, 7],
  timeDeltas: [2_000, 1_000, 1_000, 1_000, 3_000, 1_000, 1_000],
};

describe('a profile', () => {
  it('is summed up by the part of the sources that ran, waiting left out, and only its end counts', () => {
    const parts = partsOf(profile, bundle, 7);
    expect(parts.map(({ name, share }) => [name, Math.round(share * 70)])).toEqual([
      ['TLS writes', 30],
      ['sip/message', 10],
      ['tls/serve.ts', 10],
      ['garbage', 10],
      ['Node: sockets', 10],
    ]);
  });
});
