import type { Metric, MetricSample } from './metric.ts';

/** Media type of {@link expose}. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Writes metrics in the text format of Prometheus, version 0.0.4. Metrics of one name, as the two sides of an edge have them, become one.
 * @param metrics - their values are read now
 */
export function expose(metrics: readonly Metric[]): string {
  const byName = new Map<string, Metric[]>();
  for (const metric of metrics) byName.set(metric.name, [...(byName.get(metric.name) ?? []), metric]);
  const lines: string[] = [];
  for (const [name, same] of byName) {
    const [{ help, type }] = same as [Metric];
    lines.push(`# HELP ${name} ${escapeText(help)}`, `# TYPE ${name} ${type}`);
    for (const sample of same.flatMap((metric) => metric.samples())) lines.push(`${name}${written(sample)}`);
  }
  return `${lines.join('\n')}\n`;
}

function written({ labels = {}, value }: MetricSample): string {
  const pairs = Object.entries(labels).map(([name, text]) => `${name}="${escapeText(text, true)}"`);
  return `${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberText(value)}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
}

function escapeText(text: string, isLabel = false): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return isLabel ? escaped.replaceAll('"', '\\"') : escaped;
}
