import { describe, expect, it } from 'vitest';
import type { Logger } from '../logger.ts';
import type { PluginCalls } from '../own-process/plugin-calls.ts';
import { LogExport } from './export-log.ts';
import {
  type ExportBatch,
  type Exporter,
  type ExporterUnderTest,
  exporterCompliance,
  FakeExporter,
} from './index.ts';

const underTest = (change: (fake: FakeExporter) => Exporter = (fake) => fake): ExporterUnderTest => {
  const fake = new FakeExporter();
  return {
    exporter: change(fake),
    arrived: () => fake.records.map(({ message }) => message),
    breakDestination: (broken) => {
      fake.isBroken = broken;
    },
  };
};

describe('the rules of an exporter', () => {
  for (const rule of exporterCompliance(() => underTest()))
    it(`hold for the fake: ${rule.title}`, () => rule.run());

  const sorted = (batch: ExportBatch) =>
    [...batch.records].sort((one, other) => (one.message < other.message ? -1 : 1));
  let late: Promise<void> = Promise.resolve();
  it.each<[number, string, (fake: FakeExporter) => Exporter]>([
    [
      0,
      'loses the last record',
      (fake) => ({ export: (batch) => fake.export({ ...batch, records: batch.records.slice(0, -1) }) }),
    ],
    [
      0,
      'brings a record twice',
      (fake) => ({
        export: (batch) => {
          fake.export(batch);
          fake.export(batch);
        },
      }),
    ],
    [
      0,
      'answers before the records are there',
      (fake) => ({ export: (batch) => void setImmediate(() => fake.export(batch)) }),
    ],
    [
      0,
      'sorts the records',
      (fake) => ({ export: (batch) => fake.export({ ...batch, records: sorted(batch) }) }),
    ],
    [
      0,
      'takes records out of what it gets',
      (fake) => ({
        export: (batch) => {
          while (batch.records.length > 0)
            fake.export({ leftOut: 0, records: [(batch.records as never[]).shift() as never] });
        },
      }),
    ],
    [0, 'never answers', () => ({ export: () => new Promise(() => {}) })],
    [
      1,
      'brings a batch with the next one',
      (fake) => {
        let kept: ExportBatch | undefined;
        return {
          export(batch) {
            if (kept !== undefined) fake.export(kept);
            kept = batch;
          },
        };
      },
    ],
    [
      2,
      'answers how many it took',
      (fake) => ({
        export: (batch) => {
          fake.export(batch);
          return batch.records.length as never;
        },
      }),
    ],
    [
      3,
      'keeps quiet about a failure',
      (fake) => ({
        async export(batch) {
          try {
            fake.export(batch);
          } catch {}
        },
      }),
    ],
    [
      3,
      'gives up after a failure',
      (fake) => ({
        async export(batch) {
          await late;
          late = Promise.reject(new Error('given up'));
          late.catch(() => {});
          fake.export(batch);
        },
      }),
    ],
    [
      4,
      'writes a record as a line of text',
      (fake) => ({
        export: (batch) =>
          fake.export({
            ...batch,
            records: batch.records.flatMap((one) =>
              one.message.split('\n').map((message) => ({ ...one, message })),
            ),
          }),
      }),
    ],
  ])('fail at rule %i where an exporter %s', async (index, _, change) => {
    late = Promise.resolve();
    const rule = exporterCompliance(() => underTest(change), 50)[index];
    await expect(rule?.run()).rejects.toThrow(/expected|read only|not extensible|Cannot|given up/);
  });
});

describe('the log of a server with an exporter', () => {
  const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent, level: 'info' };

  function start() {
    const fake = new FakeExporter();
    const batches: number[] = [];
    let held: Promise<void> | undefined;
    const calls: Pick<PluginCalls, 'call'> = {
      async call(_port, _method, args, accept) {
        await held;
        const [batch] = args as [ExportBatch];
        batches.push(batch.records.length);
        return accept(fake.export(batch));
      },
    };
    const exporting = new LogExport('fe1.contoso.example', [calls]);
    return {
      batches,
      exporting,
      fake,
      log: exporting.logger({ ...silent }),
      hold() {
        let release = () => {};
        held = new Promise((resolve) => {
          release = resolve;
        });
        return release;
      },
    };
  }

  it('is brought there with level, source and fields, also of children; not lines that are not written', async () => {
    const { exporting, fake, log } = start();
    log.child({ part: 'x' }).warn({ event: 'refused', err: new Error('why') }, 'refused');
    log.debug({ event: 'transaction' }, 'done');
    log.level = 'error';
    log.info({ event: 'link' }, 'up');
    await exporting[Symbol.asyncDispose]();
    expect(fake.records).toEqual([
      {
        time: expect.stringMatching(/Z$/),
        level: 'warn',
        source: 'fe1.contoso.example',
        message: 'refused',
        fields: { part: 'x', event: 'refused', err: { message: 'why' } },
      },
    ]);
  });

  it('waits for no exporter: what is too much is left out, and the next batch says how much', async () => {
    const { batches, exporting, fake, hold, log } = start();
    const release = hold();
    for (let i = 0; i < 1_500; i++) log.info({ event: 'link' }, `line ${i}`);
    release();
    await exporting[Symbol.asyncDispose]();
    expect(fake.records).toHaveLength(1_000);
    expect(fake.leftOut).toBe(500);
    expect(new Set(batches)).toEqual(new Set([100]));
  });

  it('counts what an exporter has failed to take', async () => {
    const { exporting, fake, log } = start();
    fake.isBroken = true;
    log.info({ event: 'link' }, 'one');
    await exporting[Symbol.asyncDispose]();
    fake.isBroken = false;
    log.info({ event: 'link' }, 'two');
    await exporting[Symbol.asyncDispose]();
    expect([fake.records.length, fake.leftOut]).toEqual([1, 1]);
  });

  it('carries no more of a line than has room: of long fields, event and reason are left', async () => {
    const { exporting, fake, log } = start();
    const circle: Record<string, unknown> = { event: 'fault' };
    circle.self = circle;
    log.error(circle, 'x'.repeat(9_999));
    log.warn({ event: 'refused', reason: 'no-room', peer: 'x'.repeat(9_999) }, 'too long');
    await exporting[Symbol.asyncDispose]();
    expect(fake.records.map(({ fields }) => fields)).toEqual([
      { event: 'fault', reason: undefined },
      { event: 'refused', reason: 'no-room' },
    ]);
    expect(fake.records[0]?.message).toHaveLength(1_024);
  });

  it('is the logger itself where there is no exporter', () => {
    expect(new LogExport('fe1.contoso.example', []).logger(silent)).toBe(silent);
  });
});
