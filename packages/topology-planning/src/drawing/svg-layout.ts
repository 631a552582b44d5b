import type { Picture, PictureNode, PictureNodeId } from './picture.ts';

/** A box with its place, in pixels. */
export interface Box {
  readonly node: PictureNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A zone's band. */
export interface Band {
  readonly title: string;
  readonly zone: PictureNode['zone'];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly bands: readonly Band[];
  readonly boxes: ReadonlyMap<PictureNodeId, Box>;
}

/** Width of a character of the small text, generous so that no name runs out of its box. */
const characterWidth = 6.3;
const minWidth = 168;
const padding = 14;
/** Room between columns, for the lines and their labels. */
const gap = 124;
const rowGap = 64;
const top = 116;
export const titleHeight = 24;
export const lineHeight = 16;

/** Columns from left to right; each lists its boxes by rows. */
const columns: readonly {
  readonly zone: PictureNode['zone'];
  readonly rows: readonly (readonly PictureNodeId[])[];
}[] = [
  { zone: 'outside', rows: [['external-client'], ['partner'], [], [], []] },
  { zone: 'perimeter', rows: [['edge'], ['edge'], [], ['reverse-proxy'], []] },
  { zone: 'internal', rows: [['director'], ['mediation'], ['gateway'], ['web-services'], []] },
  { zone: 'internal', rows: [['front-end'], ['front-end'], ['internal-client'], [], ['authority']] },
  { zone: 'internal', rows: [['trusted-application'], ['store'], [], [], ['administrator']] },
];
const rowCount = 5;

/**
 * Finds a place for each box: zones from left to right, boxes that are linked beside or below each other. Boxes that a topology does
 * not have leave no gap.
 */
export function layOut({ nodes }: Picture): Layout {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const present = columns.map((column) => ({
    zone: column.zone,
    rows: column.rows.map((ids) => ids.flatMap((id) => byId.get(id) ?? [])),
  }));
  const heights = rowHeights(present.map((column) => column.rows));
  const tops: number[] = [];
  let y = top;
  for (let row = 0; row < rowCount; row++) {
    tops.push(y);
    const height = heights[row]!;
    if (height > 0) y += height + rowGap;
  }
  const bottom = y - rowGap;
  const boxes = new Map<PictureNodeId, Box>();
  const bands: Band[] = [];
  let x = 44;
  for (const { zone, rows } of present) {
    const inColumn = rows.flat();
    if (inColumn.length === 0) continue;
    const width = Math.max(minWidth, ...inColumn.map(widthOf));
    for (const node of new Set(inColumn)) {
      const first = rows.findIndex((row) => row.includes(node));
      const last = rows.findLastIndex((row, index) => row.includes(node) && heights[index]! > 0);
      const end = tops[last]! + heights[last]!;
      boxes.set(node.id, { node, x, y: tops[first]!, width, height: end - tops[first]! });
    }
    const band = bands.at(-1);
    if (band?.zone === zone) bands[bands.length - 1] = { ...band, width: x + width + 20 - band.x };
    else {
      bands.push({
        zone,
        title: bandTitles[zone],
        x: x - 20,
        y: top - 44,
        width: width + 40,
        height: bottom - top + 68,
      });
    }
    x += width + gap;
  }
  return { width: x - gap + 44, height: bottom + 40, bands, boxes };
}

const bandTitles = { outside: 'Outside', perimeter: 'Perimeter', internal: 'Inside' } as const;

/** A row is as high as its highest box. A box that spans two rows makes the second higher only where both together are too low. */
function rowHeights(columnRows: readonly (readonly (readonly PictureNode[])[])[]): readonly number[] {
  const heights = Array.from({ length: rowCount }, () => 0);
  const spanning: { readonly node: PictureNode; readonly first: number; readonly last: number }[] = [];
  for (const rows of columnRows) {
    for (const [row, nodes] of rows.entries()) {
      for (const node of nodes) {
        const last = rows.findLastIndex((other) => other.includes(node));
        if (last === row && rows.findIndex((other) => other.includes(node)) === row) {
          heights[row] = Math.max(heights[row]!, heightOf(node));
        } else if (last > row) spanning.push({ node, first: row, last });
      }
    }
  }
  for (const { node, first, last } of spanning) {
    // Where nothing else stands in the second row the box needs the first one only.
    const end = heights[last]! > 0 ? last : first;
    const there =
      end === first ? heights[first]! : heights[first]! + (heights[first]! > 0 ? rowGap : 0) + heights[last]!;
    heights[end] = heights[end]! + Math.max(0, heightOf(node) - there);
  }
  return heights;
}

function heightOf(node: PictureNode): number {
  const own = node.id === 'edge' || node.id === 'front-end' ? 26 : 0;
  return titleHeight + node.lines.length * lineHeight + padding + 6 + own;
}

function widthOf(node: PictureNode): number {
  return Math.ceil(
    Math.max(node.title.length * 7.4, ...node.lines.map((line) => line.length * characterWidth)) +
      padding * 2,
  );
}
