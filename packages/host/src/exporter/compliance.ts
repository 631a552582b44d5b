import type { ExportBatch, ExportedRecord, Exporter } from './log-exporter.ts';

/** One rule every exporter must keep. */
export interface ExporterRule {
  /** What the exporter does, for the name of a test. */
  readonly title: string;
  /** @throws Error where the exporter breaks the rule */
  run(): Promise<void>;
}

/** An exporter that is tested, and where its records go. */
export interface ExporterUnderTest {
  /** The exporter; only the rule that it was made for calls it. */
  readonly exporter: Exporter;
  /** The `message` of each record that has arrived, in order. */
  arrived(): readonly string[] | Promise<readonly string[]>;
  /** Makes the destination refuse everything, or take it again. */
  breakDestination(broken: boolean): void | Promise<void>;
  /** Called once at the end of the rule, also where the rule has failed. */
  dispose?(): void | Promise<void>;
}

/**
 * The rules of an exporter, for any test runner:
 * @example
 * ```ts
 * for (const rule of exporterCompliance(setup)) it(rule.title, () => rule.run());
 * ```
 * @param setup - a fresh exporter with a destination of its own; the exporter has to take records of every level and event
 * @param timeLimitMs - milliseconds in which it has to answer; default 500, as a server gives it
 */
export function exporterCompliance(
  setup: () => ExporterUnderTest | Promise<ExporterUnderTest>,
  timeLimitMs = 500,
): readonly ExporterRule[] {
  const rule = (
    title: string,
    check: (one: ExporterUnderTest, take: Take) => Promise<void>,
  ): ExporterRule => ({
    title,
    async run() {
      const one = await setup();
      try {
        await check(one, (batch) => inTime(async () => one.exporter.export(frozen(batch)), timeLimitMs));
      } finally {
        await one.dispose?.();
      }
    },
  });
  return [
    rule(
      'has brought each record of a batch where it goes when it answers, once, in order',
      async (one, take) => {
        await take(batchOf(1, 100));
        expectSame(await one.arrived(), numbered(1, 100));
      },
    ),
    rule('keeps the order of batches', async (one, take) => {
      for (const first of [1, 11, 21]) await take(batchOf(first, 10));
      expectSame(await one.arrived(), numbered(1, 30));
    }),
    rule('answers nothing', async (_, take) => {
      const answer = await take(batchOf(1, 1));
      if (answer !== undefined) throw new Error(`expected no answer, found ${JSON.stringify(answer)}`);
    }),
    rule(
      'fails where its destination takes nothing, and takes batches again when it does',
      async (one, take) => {
        await one.breakDestination(true);
        const failed = await take(batchOf(1, 1)).then(
          () => false,
          () => true,
        );
        if (!failed) throw new Error('expected a failure, because the destination takes nothing, found none');
        await one.breakDestination(false);
        await take(batchOf(2, 2));
        const arrived = await one.arrived();
        // Whether it tried the first batch again is its own matter.
        expectSame(arrived.slice(-2), numbered(2, 2));
      },
    ),
    rule('takes records with any text and any depth of fields', async (one, take) => {
      const message = 'a\r\nb\u0000\u202e"\\</script>é😀';
      const fields = { deep: [{ of: { it: [null, 1, true] } }] };
      await take({ records: [{ ...recordOf(1), message, fields }], leftOut: 7 });
      expectSame(await one.arrived(), [message]);
    }),
  ];
}

type Take = (batch: ExportBatch) => Promise<unknown>;

const numbered = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => `record ${first + index}`);

function recordOf(index: number): ExportedRecord {
  return {
    time: new Date(index).toISOString(),
    level: index % 2 === 0 ? 'info' : 'warn',
    source: 'fe1.contoso.example',
    message: `record ${index}`,
    fields: { event: index % 2 === 0 ? 'link' : 'refused' },
  };
}

function batchOf(first: number, count: number): ExportBatch {
  return { records: Array.from({ length: count }, (_, index) => recordOf(first + index)), leftOut: 0 };
}

/** An exporter that changes what it gets breaks here. */
function frozen(batch: ExportBatch): ExportBatch {
  return Object.freeze({ ...batch, records: Object.freeze(batch.records.map((one) => Object.freeze(one))) });
}

function expectSame(found: readonly string[], expected: readonly string[]): void {
  if (JSON.stringify(found) === JSON.stringify(expected)) return;
  throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
}

async function inTime(work: () => Promise<unknown>, limitMs: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`expected an answer within ${limitMs} ms, found none`)),
      limitMs,
    );
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
