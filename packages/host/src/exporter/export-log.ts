import type { Logger } from '../logger.ts';
import type { PluginCalls } from '../own-process/plugin-calls.ts';
import { type ExportBatch, type ExportedRecord, exporterPort } from './log-exporter.ts';

const maxBatch = 100;
/** Records that wait for an exporter; those beyond it are left out and counted. */
const maxWaiting = 1_000;
/** Characters of the fields of a record; of one with more, `event` and `reason` are left. */
const maxFields = 8_192;
/** Characters of a sentence that are kept. */
const maxMessage = 1_024;

/** Milliseconds in which an exporter may bring away what waits when the server stops. */
const endMs = 1_000;

const levels = { debug: 0, info: 1, warn: 2, error: 3 } as const;
type Level = keyof typeof levels;

/** How an exporter is called. */
type ExporterCalls = Pick<PluginCalls, 'call'>;

/** Brings what a logger writes to exporters. It costs the caller a copy of the line, and nobody waits for an exporter. */
export class LogExport implements AsyncDisposable {
  readonly #source: string;
  readonly #queues: readonly ExporterQueue[];

  /**
   * @param source - FQDN of the server
   * @param exporters - of plugins
   */
  constructor(source: string, exporters: readonly ExporterCalls[]) {
    this.#source = source;
    this.#queues = exporters.map((calls) => new ExporterQueue(calls));
  }

  /**
   * A logger whose lines are exported too, as far as they are written; not those of level `debug`.
   * @param logger - that writes them
   */
  logger(logger: Logger): Logger {
    return this.#queues.length === 0 ? logger : this.#around(logger, {}, logger);
  }

  /** Brings away what waits, once, and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.end()));
  }

  /** @param root - whose level counts, as it may change */
  #around(logger: Logger, bound: object, root: Logger): Logger {
    const writing = (level: Exclude<Level, 'debug'>) => (fields: object, message: string) => {
      logger[level](fields, message);
      if (levels[level] >= (levels[root.level as Level] ?? levels.info))
        this.#add({
          time: new Date().toISOString(),
          level,
          source: this.#source,
          message: message.slice(0, maxMessage),
          fields: fieldsOf({ ...bound, ...fields }),
        });
    };
    const around = (child: Logger, fields: object) => this.#around(child, { ...bound, ...fields }, root);
    return {
      debug: (fields, message) => logger.debug(fields, message),
      info: writing('info'),
      warn: writing('warn'),
      error: writing('error'),
      child: (fields) => around(logger.child(fields), fields),
      get level() {
        return logger.level as string;
      },
      set level(level: string) {
        logger.level = level;
      },
    };
  }

  #add(record: ExportedRecord): void {
    for (const queue of this.#queues) queue.add(record);
  }
}

/** What waits for one exporter. */
class ExporterQueue {
  readonly #calls: ExporterCalls;
  #waiting: ExportedRecord[] = [];
  #leftOut = 0;
  #work: Promise<void> | undefined;

  constructor(calls: ExporterCalls) {
    this.#calls = calls;
  }

  add(record: ExportedRecord): void {
    if (this.#waiting.length >= maxWaiting) this.#leftOut++;
    else this.#waiting.push(record);
    // Not in the turn in which the line is written.
    this.#work ??= new Promise<void>(setImmediate).then(() => this.#bringAll());
  }

  /** A server that stops waits for no exporter. */
  async end(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, endMs);
    });
    await Promise.race([this.#work, late]);
    clearTimeout(timer);
  }

  async #bringAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch: ExportBatch = { records: this.#waiting.splice(0, maxBatch), leftOut: this.#leftOut };
      this.#leftOut = 0;
      try {
        await this.#calls.call(exporterPort, 'export', [batch], () => {});
      } catch {
        // It has logged why; what it has not taken is said in the next batch.
        this.#leftOut += batch.leftOut + batch.records.length;
      }
    }
    this.#work = undefined;
  }
}

/** Plain data of bounded size. */
function fieldsOf(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    const text = JSON.stringify(fields, (_, value) =>
      value instanceof Error ? { code: (value as { code?: unknown }).code, message: value.message } : value,
    );
    if (text.length <= maxFields) return JSON.parse(text);
  } catch {
    // What JSON cannot say is left out.
  }
  const { event, reason } = fields;
  const short = (value: unknown) => (typeof value === 'string' ? value.slice(0, maxMessage) : undefined);
  return { event: short(event), reason: short(reason) };
}
