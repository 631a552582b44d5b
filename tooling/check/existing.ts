import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { floors, impure, testOnlyRoom } from './house.ts';
import type { Problem } from './problem.ts';
import { readRooms } from './source/source-file.ts';

/** What is listed of the house. */
interface House {
  readonly floors: typeof floors;
  readonly testOnlyRoom: string;
  readonly impure: readonly { readonly path: string }[];
}

const page = 'docs/architecture.md';

/**
 * The house lists what exists: each room has a folder with a package, each exception from purity a file or folder, and
 * the picture in docs/architecture.md shows the same rooms on the same floors, and no others.
 *
 * @param root - Absolute path of the repository.
 * @param listed - What is listed.
 */
export function checkExisting(root: string, listed: House = { floors, testOnlyRoom, impure }): Problem[] {
  const problems: Problem[] = [];
  const there = new Set(readRooms(root).map((room) => room.name));
  const report = (message: string): void => void problems.push({ file: 'tooling/check/house.ts', message });
  for (const room of [...listed.floors.flat(), listed.testOnlyRoom]) {
    if (!there.has(room)) report(`lists the room ${room}, but there is no package of that name`);
  }
  for (const { path } of listed.impure) {
    const found = statSync(join(root, path.replace(/\/$/, '')), { throwIfNoEntry: false });
    if (found === undefined || found.isDirectory() !== path.endsWith('/')) {
      report(`excepts ${path} from purity, but there is no such ${path.endsWith('/') ? 'folder' : 'file'}`);
    }
  }
  return [...problems, ...checkPicture(root, listed)];
}

function checkPicture(root: string, listed: House): Problem[] {
  const problems: Problem[] = [];
  const drawn = new Map<string, number>();
  for (const [, floor, rooms] of readFileSync(join(root, page), 'utf8').matchAll(
    /^floor (\d)\s+\S+\s+(.*)$/gm,
  )) {
    for (const room of rooms?.match(/[a-z0-9]+(-[a-z0-9]+)*/g) ?? []) drawn.set(room, Number(floor));
  }
  const known = new Map(listed.floors.flatMap((rooms, index) => rooms.map((room) => [room, index] as const)));
  for (const room of new Set([...known.keys(), ...drawn.keys()])) {
    const [floor, shown] = [known.get(room), drawn.get(room)];
    if (floor === shown) continue;
    const says = (at: number | undefined): string => (at === undefined ? 'nowhere' : `on floor ${at}`);
    problems.push({ file: page, message: `shows ${room} ${says(shown)}; the house lists it ${says(floor)}` });
  }
  return problems;
}
