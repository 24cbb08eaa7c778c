/** A scenario's folder as one tarball a slot, by the rules of `scenario-pack build`. */

import type { Slot } from '@/lib/slots';

import { Listing, MANIFEST } from './listing';
import { parseManifest, parseSchema, type GraphSchema } from './manifest';
import { isIgnored, normalised } from './memberNames';
import { nameProblem, proposedName } from './scenarioName';
import { filesOf, schemaFile, slotsIn } from './slotContents';
import { tarStream } from './tarWriter';

/** A file and its path relative to the scenario's folder. */
export interface FolderFile {
  path: string;
  file: File;
}

/** Throws a YamlError if the manifest can't be read. Missing tables are left to the peek. */
export async function packFolder(files: FolderFile[]): Promise<File[]> {
  const byName = new Map(
    files
      .filter(({ path }) => !isIgnored(path))
      .map(({ path, file }) => [normalised(path), file] as const),
  );
  const text = async (name: string) => (await byName.get(name)?.text()) ?? '';
  const listing = new Listing([...byName.keys()].toSorted());
  const manifest = parseManifest(await text(MANIFEST));
  const schemaName = schemaFile(listing, manifest);
  const schema = schemaName === null ? null : readSchema(await text(schemaName));
  const stem = nameProblem(manifest.name) ? proposedName(manifest.name) : manifest.name;
  const packed: File[] = [];
  for (const slot of slotsIn(listing, manifest)) {
    const names = filesOf(slot, listing, manifest, schema);
    packed.push(await pack(stem || 'scenario', slot, names, byName));
  }
  return packed;
}

/** A schema that can't be read is packed all the same; the peek then says what is wrong. */
function readSchema(text: string): GraphSchema | null {
  try {
    return parseSchema(text);
  } catch {
    return null;
  }
}

async function pack(
  stem: string,
  slot: Slot,
  names: string[],
  byName: Map<string, File>,
): Promise<File> {
  const files = names.flatMap((name) => {
    const blob = byName.get(name);
    return blob ? [{ name: `${stem}/${name}`, blob }] : [];
  });
  const gzip = tarStream(files).pipeThrough(new CompressionStream('gzip'));
  const blob = await new Response(gzip).blob(); // the browser keeps large ones on disk
  return new File([blob], `${stem}-${slot}.tar.gz`, { type: 'application/gzip' });
}

/** The folders that hold a scenario.yaml, each with its files, and all files that are in none.
 *
 * Without a folder around it, what stands beside a scenario.yaml is one, but for its archives.
 */
export function scenarioFolders(
  files: FolderFile[],
  isArchive: (path: string) => boolean,
): { folders: Map<string, FolderFile[]>; loose: FolderFile[] } {
  const roots = files
    .filter(({ path }) => path === MANIFEST || path.endsWith(`/${MANIFEST}`))
    .map(({ path }) => path.slice(0, -MANIFEST.length))
    .toSorted((one, other) => one.length - other.length);
  const folders = new Map<string, FolderFile[]>();
  const loose: FolderFile[] = [];
  for (const { path, file } of files) {
    const root = roots.find((each) => path.startsWith(each));
    if (root === undefined || (root === '' && isArchive(path))) loose.push({ path, file });
    else {
      const inside = folders.get(root) ?? [];
      inside.push({ path: path.slice(root.length), file });
      folders.set(root, inside);
    }
  }
  return { folders, loose };
}
