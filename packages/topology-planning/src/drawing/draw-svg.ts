import { links as allowed, checkTopology, type Protection, type Topology } from '@entente/topology';
import { type Picture, type PictureLink, picture } from './picture.ts';
import { type Band, type Box, layOut, lineHeight, titleHeight } from './svg-layout.ts';
import { ownLinks, type Route, routes } from './svg-routes.ts';

const colours: Readonly<Record<Protection, string>> = {
  MTLS: '#0b4f8a',
  TLS: '#1f7a4d',
  HTTPS: '#7a3b9a',
  'mutual HTTPS': '#8a5a00',
  HTTP: '#6b7280',
};
const dashes: Readonly<Record<Protection, string>> = {
  MTLS: '',
  TLS: '',
  HTTPS: '7 4',
  'mutual HTTPS': '7 4',
  HTTP: '2 4',
};
const bandColours = { outside: '#f4f5f7', perimeter: '#fff7e6', internal: '#eef6ff' } as const;
const ink = '#1f2937';
/** Room for the legend and the notes. */
const minWidth = 860;

/**
 * Draws a topology as an SVG picture of its own: zones, boxes by role, and each row of the allow matrix in use as a line with its
 * number and protection. An arrow points at the side that is dialled; two arrows mean that both sides may dial.
 *
 * @param topology - built from a checked document
 * @returns an SVG 1.1 document, as wide as it needs to be; it loads nothing
 */
export function drawSvg(topology: Topology): string {
  checkTopology(topology, 'drawSvg');
  const shown = picture(topology);
  const layout = layOut(shown);
  const everybody = footnotes(shown);
  const legendTop = layout.height + 12;
  const height = legendTop + 40 + everybody.length * 18;
  const width = Math.max(layout.width, minWidth);
  const lines = routes(shown.links, layout);
  const used = [...new Set(shown.links.map((link) => link.protection))];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="12" fill="${ink}">`,
    `<title>${escapeXml(`${shown.network}, version ${shown.version}`)}</title>`,
    `<desc>${escapeXml(description(shown))}</desc>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    markers(used),
    `<text x="24" y="40" font-size="20" font-weight="600">${escapeXml(shown.network)}</text>`,
    `<text x="24" y="58" fill="#4b5563">topology version ${shown.version}</text>`,
    ...layout.bands.map(drawBand),
    ...lines.map(drawLine),
    ...[...layout.boxes.values()].map((box) => drawBox(box, ownLinks(shown.links, box))),
    ...lines.map(drawLabel),
    legend(used, legendTop),
    ...everybody.map(
      (text, index) =>
        `<text x="24" y="${legendTop + 44 + index * 18}" fill="#4b5563">${escapeXml(text)}</text>`,
    ),
    '</svg>',
    '',
  ].join('\n');
}

function description({ nodes, links }: Picture): string {
  const boxes = nodes.map((node) => `${node.title} (${node.zone}): ${node.lines.join(', ')}`).join('. ');
  const lines = links
    .map((link) => `row ${link.row}: ${link.a} to ${link.b} by ${link.protection}`)
    .join('; ');
  return `${boxes}. Links: ${lines}.`;
}

function footnotes({ nodes, links }: Picture): readonly string[] {
  const has = (id: string) => nodes.some((node) => node.id === id);
  const notes: string[] = [];
  if (has('authority')) {
    notes.push(`Not drawn: every member to the authority, mutual HTTPS (${allowed.memberToAuthority.row}).`);
    notes.push(
      `Not drawn: the authority to a server that requests a certificate, for validation (${allowed.authorityToMember.row}).`,
    );
  }
  if (has('store')) notes.push(`Not drawn: servers to stores, TLS (${allowed.serverToStore.row}).`);
  if (links.some((link) => link.narrowed))
    notes.push('* narrowed by this topology: entente topology check --links lists how.');
  return notes;
}

function markers(used: readonly Protection[]): string {
  const shapes = used.map(
    (protection) =>
      `<marker id="${markerId(protection)}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 10 5 0 10Z" fill="${colours[protection]}"/></marker>`,
  );
  return `<defs>${shapes.join('')}</defs>`;
}

function markerId(protection: Protection): string {
  return `to-${protection.toLowerCase().replaceAll(' ', '-')}`;
}

function drawBand(band: Band): string {
  const { x, y, width, height, title, zone } = band;
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10" fill="${bandColours[zone]}" stroke="#d1d5db"/>`,
    `<text x="${x + 14}" y="${y + 22}" font-size="13" font-weight="600" fill="#4b5563">${title}</text>`,
  ].join('');
}

function drawBox({ node, x, y, width, height }: Box, own: readonly PictureLink[]): string {
  const parts = [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="#ffffff" stroke="#6b7280" stroke-width="1.2"/>`,
    `<text x="${x + 14}" y="${y + titleHeight - 3}" font-size="13" font-weight="600">${escapeXml(node.title)}</text>`,
    ...node.lines.map((line, index) => {
      const indent = line.startsWith('· ') ? 8 : 0;
      const shown = line.startsWith('· ') ? line.slice(2) : line;
      return `<text x="${x + 14 + indent}" y="${y + titleHeight + 14 + index * lineHeight}" font-size="11" fill="#374151">${escapeXml(shown)}</text>`;
    }),
  ];
  for (const [index, link] of own.entries()) {
    parts.push(pill(x + width - 44, y + height - 16 - index * 24, link));
  }
  return parts.join('');
}

function drawLine({ link, points }: Route): string {
  const { protection, mayOpen } = link;
  const path = points
    .map((point, index) => `${index === 0 ? 'M' : 'L'}${round(point.x)} ${round(point.y)}`)
    .join(' ');
  const end = mayOpen === 'both' || mayOpen === 'a' ? ` marker-end="url(#${markerId(protection)})"` : '';
  const start = mayOpen === 'both' || mayOpen === 'b' ? ` marker-start="url(#${markerId(protection)})"` : '';
  const dash = dashes[protection] === '' ? '' : ` stroke-dasharray="${dashes[protection]}"`;
  return `<path d="${path}" fill="none" stroke="${colours[protection]}" stroke-width="${protection === 'MTLS' ? 2.2 : 1.6}"${dash}${start}${end}/>`;
}

function drawLabel({ link, label }: Route): string {
  return pill(label.x, label.y, link);
}

/** Row number and protection on a white ground, so that it can be read across lines. */
function pill(x: number, y: number, { row, protection, narrowed }: PictureLink): string {
  const text = `${row} ${protection === 'mutual HTTPS' ? 'HTTPS' : protection}${narrowed ? '*' : ''}`;
  const width = text.length * 6.6 + 12;
  return `<g><rect x="${round(x - width / 2)}" y="${round(y - 9)}" width="${round(width)}" height="18" rx="9" fill="#ffffff" stroke="${colours[protection]}"/><text x="${round(x)}" y="${round(y + 4)}" font-size="11" text-anchor="middle" fill="${colours[protection]}">${text}</text></g>`;
}

function legend(used: readonly Protection[], y: number): string {
  const parts: string[] = [];
  let x = 24;
  for (const protection of used) {
    const dash = dashes[protection] === '' ? '' : ` stroke-dasharray="${dashes[protection]}"`;
    const name = protection === 'MTLS' ? 'MTLS' : protection;
    parts.push(
      `<path d="M${x} ${y + 8} h36" stroke="${colours[protection]}" stroke-width="${protection === 'MTLS' ? 2.2 : 1.6}"${dash} fill="none"/>`,
      `<text x="${x + 44}" y="${y + 12}">${name}</text>`,
    );
    x += 60 + name.length * 6.6;
  }
  parts.push(
    `<text x="${round(x)}" y="${y + 12}" fill="#4b5563">An arrow points at the side that is dialled.</text>`,
  );
  return parts.join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
