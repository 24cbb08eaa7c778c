/** From what was dropped or chosen to archives that were read. */

import { pathOf } from '@/lib/droppedFiles';
import type { Slot } from '@/lib/slots';

import type { Archives } from './archives';
import { isIgnored } from './memberNames';
import { scenarioFolders, type FolderFile } from './packFolder';
import type { Archive } from './staging';
import { TEXT } from './text';

/** A file or folder that was not taken. */
export interface Refusal {
  name: string;
  why: string;
}

export interface Arrivals {
  archives: Archive[];
  refusals: Refusal[];
}

interface Sorted {
  folders: Map<string, FolderFile[]>;
  files: File[];
  /** By the name of the folder they stand in. */
  others: Map<string, number>;
}

const ARCHIVE = /\.(?:tar\.gz|tgz|gz|tar|zip)$/i;

/** Scenario folders, single files, and files in other folders that are no archives. */
export function sorted(files: File[]): Sorted {
  const all = files
    .map((file) => ({ path: pathOf(file), file }))
    .filter(({ path }) => !isIgnored(path));
  const { folders, loose } = scenarioFolders(all, (path) => ARCHIVE.test(path));
  const others = new Map<string, number>();
  const single: File[] = [];
  for (const { path, file } of loose) {
    const folder = path.includes('/') ? (path.split('/', 1)[0] ?? '') : '';
    if (!folder || ARCHIVE.test(path)) single.push(file);
    else others.set(folder, (others.get(folder) ?? 0) + 1);
  }
  return { folders, files: single, others };
}

const folderName = (root: string) => root.split('/').at(-2) ?? TEXT.droppedFolder;

/** What is shown as being read. */
export function namesOf({ folders, files }: Sorted): string[] {
  return [...[...folders.keys()].map(folderName), ...files.map((file) => file.name)];
}

/** Packs folders and looks into every archive. */
export async function readAll(
  { folders, files, others }: Sorted,
  wanted: Slot | null,
  archives: Archives,
): Promise<Arrivals> {
  const result: Arrivals = { archives: [], refusals: [] };
  const peek = async (file: File) => {
    result.archives.push({ file, peeked: await archives.peek(file), wanted });
  };
  for (const file of files) await peek(file);
  for (const [root, inside] of folders) {
    try {
      const packed = await archives.pack(inside);
      if (!packed.length) throw new Error(TEXT.nothingPacked);
      for (const file of packed) await peek(file);
    } catch (error) {
      result.refusals.push({ name: folderName(root), why: String((error as Error).message) });
    }
  }
  const isAlone = !files.length && !folders.size;
  for (const [folder, count] of others) {
    result.refusals.push(
      isAlone
        ? { name: folder, why: TEXT.noScenario }
        : { name: TEXT.otherFiles(folder, count), why: TEXT.noScenarioBeside },
    );
  }
  return result;
}
