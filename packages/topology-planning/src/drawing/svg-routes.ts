import { links as allowed } from '@entente/topology';
import type { PictureLink } from './picture.ts';
import type { Box, Layout } from './svg-layout.ts';

/** A line of one link: its corners, and where its label stands. */
export interface Route {
  readonly link: PictureLink;
  readonly points: readonly Point[];
  readonly label: Point;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Room between a box and a line that passes beside it. */
const clearance = 26;
/** How far above the bottom of a box such a line ends. */
const entryHeight = 14;

/** Where lines between two columns may pass, as a part of the free room. */
interface Offsets {
  readonly along: number;
}

/**
 * Finds a line for each link: straight where the boxes stand beside or above each other, with one corner or two otherwise.
 * Links of a box to itself have no line; {@link ownLinks} gives them.
 */
export function routes(links: readonly PictureLink[], layout: Layout): readonly Route[] {
  const shared = new Map<string, number>();
  const found: Route[] = [];
  for (const link of links) {
    const a = layout.boxes.get(link.a);
    const b = layout.boxes.get(link.b);
    if (a === undefined || b === undefined || link.a === link.b) continue;
    const pair = [link.a, link.b].sort().join(' ');
    const number = shared.get(pair) ?? 0;
    shared.set(pair, number + 1);
    found.push(route(link, a, b, { along: number }, layout));
  }
  return found;
}

/** Links between servers of one box. */
export function ownLinks(links: readonly PictureLink[], box: Box): readonly PictureLink[] {
  return links.filter((link) => link.a === link.b && link.a === box.node.id);
}

function route(link: PictureLink, a: Box, b: Box, { along }: Offsets, layout: Layout): Route {
  if (link.row === allowed.authorityToEdge.row) return underneath(link, a, b);
  if (isBeside(a, b)) {
    const low = Math.max(a.y, b.y);
    const high = Math.min(a.y + a.height, b.y + b.height);
    if (high - low > 24) {
      const wanted = low + (high - low) * (0.4 + along * 0.36);
      return sideways(link, a, b, pastOthers(layout, [a, b], wanted, high));
    }
    return angled(link, a, b);
  }
  return upright(link, a, b, along);
}

/** Room below a box for a line that passes under it. */
const below = 22;

/**
 * Where a line between two boxes passes under those that stand between them; where there is no room for it, it stays and passes behind them.
 * @param ends - the two boxes
 * @param wanted - its height where nothing is in the way
 * @param lowest - the lowest height at which both ends can be reached
 */
function pastOthers(layout: Layout, ends: readonly [Box, Box], wanted: number, lowest: number): number {
  const [left, right] = ends[0].x < ends[1].x ? ends : [ends[1], ends[0]];
  const between = [...layout.boxes.values()]
    .filter(({ width, x }) => x > left.x + left.width && x + width < right.x)
    .sort((one, other) => one.y - other.y);
  let y = wanted;
  for (const box of between) if (y > box.y && y < box.y + box.height) y = box.y + box.height + below;
  return y < lowest ? y : wanted;
}

/** Whether the boxes stand in different columns. */
function isBeside(a: Box, b: Box): boolean {
  return a.x + a.width < b.x || b.x + b.width < a.x;
}

function sideways(link: PictureLink, a: Box, b: Box, y: number): Route {
  const from = a.x < b.x ? a.x + a.width : a.x;
  const to = a.x < b.x ? b.x : b.x + b.width;
  return {
    link,
    points: [
      { x: from, y },
      { x: to, y },
    ],
    label: { x: labelX(a, b), y },
  };
}

/** The label stands in the gap next to A, so that lines that pass behind other boxes keep theirs in sight. */
function labelX(a: Box, b: Box): number {
  return a.x < b.x ? a.x + a.width + 64 : a.x - 64;
}

function upright(link: PictureLink, a: Box, b: Box, along: number): Route {
  const x =
    Math.max(a.x, b.x) + (Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) * (0.5 + along * 0.2);
  const down = a.y < b.y;
  const from = down ? a.y + a.height : a.y;
  const to = down ? b.y : b.y + b.height;
  return {
    link,
    points: [
      { x, y: from },
      { x, y: to },
    ],
    label: { x, y: (from + to) / 2 },
  };
}

/** From the side of the lower box, up beside the upper one, and into its side near the bottom. */
function angled(link: PictureLink, a: Box, b: Box): Route {
  const upper = a.y < b.y ? a : b;
  const lower = upper === a ? b : a;
  const toRight = lower.x < upper.x;
  const beside = toRight ? upper.x - clearance : upper.x + upper.width + clearance;
  const y = lower.y + lower.height * 0.5;
  const side = { x: toRight ? lower.x + lower.width : lower.x, y };
  const entry = { x: toRight ? upper.x : upper.x + upper.width, y: upper.y + upper.height - entryHeight };
  const corners = [side, { x: beside, y }, { x: beside, y: entry.y }, entry];
  return {
    link,
    points: lower === a ? corners : corners.toReversed(),
    label: { x: (side.x + beside) / 2, y },
  };
}

/** From the authority to the left under everything, and up beside the edges. */
function underneath(link: PictureLink, a: Box, b: Box): Route {
  const beside = b.x + b.width + clearance;
  const y = a.y + a.height / 2;
  const entry = { x: b.x + b.width, y: b.y + b.height - entryHeight };
  return {
    link,
    points: [{ x: a.x, y }, { x: beside, y }, { x: beside, y: entry.y }, entry],
    label: { x: (a.x + beside) / 2, y },
  };
}
