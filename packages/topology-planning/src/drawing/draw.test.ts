import { contoso } from '@entente/testkit/topology';
import { buildTopology, links, type Role, roles } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { drawMermaid } from './draw-mermaid.ts';
import { drawSvg } from './draw-svg.ts';
import { picture } from './picture.ts';
import { type Box, layOut } from './svg-layout.ts';
import { type Point, routes } from './svg-routes.ts';

/** Every topology that comes of leaving roles out: 512 of them. */
const subsets: readonly (readonly Role[])[] = Array.from({ length: 2 ** roles.length }, (_, bits) =>
  roles.filter((_role, index) => (bits >> index) % 2 === 1),
);

function withRoles(kept: readonly Role[]) {
  return buildTopology({
    ...contoso,
    servers: contoso.servers.filter((server) => kept.includes(server.role)),
    partners: kept.includes('edge') ? (contoso.partners ?? []) : [],
  });
}

interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function areaOf({ x, y, width, height }: Box): Area {
  return { left: x, right: x + width, top: y, bottom: y + height };
}

function pillOf(label: Point, text: string): Area {
  const half = (text.length * 6.6 + 12) / 2;
  return { left: label.x - half, right: label.x + half, top: label.y - 9, bottom: label.y + 9 };
}

function meet(one: Area, other: Area): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

function segments(points: readonly Point[]): Area[] {
  return points.slice(1).map((to, index) => {
    const from = points[index]!;
    return {
      left: Math.min(from.x, to.x),
      right: Math.max(from.x, to.x),
      top: Math.min(from.y, to.y),
      bottom: Math.max(from.y, to.y),
    };
  });
}

describe('the picture', () => {
  it('has no box, line or label upon another, whichever roles there are', () => {
    for (const kept of subsets) {
      const shown = picture(withRoles(kept));
      const layout = layOut(shown);
      const boxes = [...layout.boxes.values()];
      const drawn = routes(shown.links, layout);
      const where = kept.join(' ');
      for (const [index, box] of boxes.entries()) {
        for (const other of boxes.slice(index + 1)) {
          expect(meet(areaOf(box), areaOf(other)), `${where}: ${box.node.id} on ${other.node.id}`).toBe(
            false,
          );
        }
        const band = layout.bands.find((candidate) => candidate.zone === box.node.zone)!;
        const area = areaOf(box);
        const bandArea = areaOf({ ...band, node: box.node });
        expect(area.left >= bandArea.left && area.right <= bandArea.right, `${where}: ${box.node.id}`).toBe(
          true,
        );
        expect(area.bottom <= bandArea.bottom && area.right <= layout.width, `${where}: ${box.node.id}`).toBe(
          true,
        );
        for (const line of drawn) {
          const name = `${where}: ${line.link.row} on ${box.node.id}`;
          const text = `${line.link.row} ${line.link.protection.replace('mutual ', '')}`;
          expect(meet(pillOf(line.label, text), area), name).toBe(false);
          if (box.node.id === line.link.a || box.node.id === line.link.b) continue;
          for (const segment of segments(line.points)) expect(meet(segment, area), name).toBe(false);
        }
      }
      for (const [index, line] of drawn.entries()) {
        for (const other of drawn.slice(index + 1)) {
          const pills = [line, other].map((one) =>
            pillOf(one.label, `${one.link.row} ${one.link.protection.replace('mutual ', '')}`),
          );
          expect(meet(pills[0]!, pills[1]!), `${where}: ${line.link.row} on ${other.link.row}`).toBe(false);
        }
      }
    }
  });

  it('shows every row in use that is drawn, with its protection', () => {
    const svg = drawSvg(buildTopology(contoso));
    for (const label of [
      '1 TLS',
      '2 TLS',
      '3 MTLS',
      '4 MTLS',
      '5 MTLS',
      '6 MTLS',
      '7 MTLS',
      '8 MTLS*',
      '9 MTLS',
    ]) {
      expect(svg).toContain(`>${label}</text>`);
    }
    for (const label of [
      '10 HTTPS',
      '11 HTTPS',
      '12 MTLS',
      '13 MTLS',
      '14 MTLS',
      '16 HTTPS',
      '17 HTTPS',
      '19 HTTP',
    ]) {
      expect(svg).toContain(`>${label}</text>`);
    }
  });

  it('shows stores, and says that links to them are not drawn', () => {
    const svg = drawSvg(buildTopology(contoso));
    expect(svg).toContain('redis1.contoso.example (redis)');
    expect(svg).toContain(`Not drawn: servers to stores, TLS (${links.serverToStore.row}).`);
  });

  it('leaves out a row that is closed for everybody, and marks one that is narrowed', () => {
    const svg = drawSvg(
      buildTopology({
        ...contoso,
        links: [
          { row: links.directorToFrontEnd.row, closed: true },
          { row: links.frontEndToMediation.row, maySend: 'a' },
        ],
      }),
    );
    expect(svg).not.toContain(`>${links.directorToFrontEnd.row} MTLS`);
    expect(svg).toContain(`>${links.frontEndToMediation.row} MTLS*</text>`);
  });

  it('lets the line from edges to front ends pass under the directors, however many there are', () => {
    const pool = 'directors.contoso.example';
    for (const count of [1, 2, 3]) {
      const directors = Array.from({ length: count }, (_, index) => ({
        fqdn: `dir${index + 1}.contoso.example`,
        role: 'director' as const,
        pool,
      }));
      const servers = [...contoso.servers.filter(({ role }) => role !== 'director'), ...directors];
      const pools = [...(contoso.pools ?? []), { fqdn: pool, role: 'director' as const }];
      const drawn = picture(buildTopology({ ...contoso, servers, pools }));
      const layout = layOut(drawn);
      const box = layout.boxes.get('director');
      const line = routes(drawn.links, layout).find(({ link }) => link.row === links.edgeToFrontEnd.row);
      expect(line?.points[0]?.y, `${count}`).toBeGreaterThan((box?.y ?? 0) + (box?.height ?? 0));
    }
  });

  it('stays small for a large network', () => {
    const servers = Array.from({ length: 300 }, (_, index) => ({
      fqdn: `fe${index}.contoso.example`,
      role: 'front-end' as const,
      pool: `pool${index % 40}.contoso.example`,
    }));
    const pools = Array.from({ length: 40 }, (_, index) => ({
      fqdn: `pool${index}.contoso.example`,
      role: 'front-end' as const,
    }));
    const svg = drawSvg(buildTopology({ ...contoso, servers, pools }));
    expect(svg).toContain('pool0.contoso.example (8)');
    expect(svg).toContain('and 35 more');
    expect(svg.length).toBeLessThan(12_000);
  });

  it('writes nothing of a document as markup', () => {
    const topology = buildTopology({ ...contoso, network: '<script>&"' as never });
    const svg = drawSvg(topology);
    expect(svg).not.toContain('<script>');
    expect(svg).toContain('&lt;script&gt;&amp;&quot;');
    expect(svg).not.toMatch(/href|url\((?!#)|@import/);
  });
});

describe('the Mermaid picture', () => {
  it('names each box once and links only boxes it has named', () => {
    const lines = drawMermaid(buildTopology(contoso)).trim().split('\n');
    expect(lines[0]).toBe('flowchart LR');
    const boxes = lines.flatMap((line) => /^ {4}(\w+)\["/.exec(line)?.[1] ?? []);
    expect(new Set(boxes).size).toBe(boxes.length);
    const ends = lines.flatMap((line) => {
      const found = /^ {2}(\w+)(?:\(.*\))? <?-.*\| (\w+)$/.exec(line);
      return found === null ? [] : [found[1], found[2]];
    });
    expect(ends.length).toBeGreaterThan(30);
    for (const end of ends) expect(['member', ...boxes]).toContain(end);
  });
});
