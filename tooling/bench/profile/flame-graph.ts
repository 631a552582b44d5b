import type { FlameFrame } from './flame-tree.ts';

const width = 1200;
const rowHeight = 16;
const characterWidth = 6.1;
const margin = 4;

/** By the beginning of the part's name; the first that fits. The last one fits all. */
const colours: readonly (readonly [string, string, string])[] = [
  ['', 'whole', '#d0d0d0'],
  ['sip/', 'sip', '#f2a65a'],
  ['sip-endpoint/', 'endpoint', '#f4d35e'],
  ['Node: ', 'node', '#8ecae6'],
  ['TLS writes', 'native', '#b7b7d7'],
  ['native ', 'native', '#b7b7d7'],
  ['system calls', 'native', '#b7b7d7'],
  ['garbage', 'garbage', '#c9a27e'],
  ['', 'ours', '#e5847b'],
];

/**
 * Draws who called whom as an SVG: a frame is as wide as its share of the processor time and stands on its caller. Its name and time are
 * its title, which is shown under the pointer.
 * @param whole - all of it
 * @param micros - that the whole stands for
 * @param what - heading
 */
export function flameGraph(whole: FlameFrame, micros: number, what: string): string {
  const depth = depthOf(whole);
  const height = (depth + 2) * rowHeight + margin;
  const drawn: string[] = [];
  const draw = (frame: FlameFrame, x: number, callers: number): void => {
    const y = height - margin - (callers + 1) * rowHeight;
    drawn.push(box(frame, { x, y, micros }));
    let at = x;
    for (const called of frame.children) {
      draw(called, at, callers + 1);
      at += called.share * width;
    }
  };
  draw(whole, 0, 0);
  const classes = new Map(colours.map(([, name, colour]) => [name, colour]));
  const style = [...classes].map(([name, colour]) => `.${name}{fill:${colour}}`).join('');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="10">`,
    `<title>${escaped(what)}</title>`,
    `<style>${style}rect{stroke:#fff;stroke-width:.5}</style>`,
    `<path fill="#fff" d="M0 0h${width}v${height}H0z"/>`,
    `<text x="${margin}" y="12" font-size="12">${escaped(what)}</text>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function box({ name, part, share }: FlameFrame, at: { x: number; y: number; micros: number }): string {
  const wide = share * width;
  const time = `${(share * at.micros).toFixed(1)} µs, ${(share * 100).toFixed(1)} %`;
  const title = `${name}${part === '' || part === name ? '' : ` · ${part}`}: ${time}`;
  const rect = `<rect class="${classOf(part)}" x="${short(at.x)}" y="${at.y}" width="${short(wide)}" height="${rowHeight}"/>`;
  const room = Math.floor((wide - margin) / characterWidth);
  const label = name.length <= room ? name : `${name.slice(0, Math.max(0, room - 1))}…`;
  const text =
    room < 4 ? '' : `<text x="${short(at.x + margin / 2)}" y="${at.y + 11}">${escaped(label)}</text>`;
  return `<g><title>${escaped(title)}</title>${rect}${text}</g>`;
}

function classOf(part: string): string {
  if (part === '') return 'whole';
  return colours.find(([begin]) => begin !== '' && part.startsWith(begin))?.[1] ?? 'ours';
}

function depthOf({ children }: FlameFrame): number {
  return 1 + Math.max(0, ...children.map(depthOf));
}

function short(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
