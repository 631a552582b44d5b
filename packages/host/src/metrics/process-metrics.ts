import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metric } from './metric.ts';

/** Metrics of the process, and what ends their measuring. */
export interface ProcessMetrics extends Disposable {
  readonly metrics: readonly Metric[];
}

/** Milliseconds between two looks at the event loop: a delay that is shorter is not seen. */
const resolutionMs = 20;

/** What every process has: CPU, memory, and how late its event loop is. The names are those that Prometheus clients use everywhere. */
export function measureProcess(): ProcessMetrics {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const one = (name: string, type: Metric['type'], help: string, value: () => number): Metric => ({
    name,
    type,
    help,
    samples: () => [{ value: value() }],
  });
  const startedAt = Date.now() / 1_000 - process.uptime();
  const metrics = [
    one('process_cpu_seconds_total', 'counter', 'Processor time of the process, in seconds.', () => {
      const { system, user } = process.cpuUsage();
      return (system + user) / 1e6;
    }),
    one('process_resident_memory_bytes', 'gauge', 'Memory of the process, in bytes.', () =>
      process.memoryUsage.rss(),
    ),
    one(
      'process_start_time_seconds',
      'gauge',
      'When the process was started, seconds since 1970.',
      () => startedAt,
    ),
    one(
      'nodejs_heap_size_used_bytes',
      'gauge',
      'Memory of the JavaScript heap in use, in bytes.',
      () => process.memoryUsage().heapUsed,
    ),
    one(
      'nodejs_eventloop_lag_p99_seconds',
      'gauge',
      'How late the event loop was since the last scrape, in seconds: 99 of 100 times no later than this.',
      () => {
        const late = delay.percentile(99) / 1e9 - resolutionMs / 1_000;
        delay.reset();
        return Math.max(0, late);
      },
    ),
  ];
  return { metrics, [Symbol.dispose]: () => void delay.disable() };
}
