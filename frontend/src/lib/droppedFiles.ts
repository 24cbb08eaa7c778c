/** Files that were dropped or chosen, and where each stood in a folder. */

const paths = new WeakMap<File, string>();

/** `telco-noc/data/entities/Sites.csv`, or the file's name alone. */
export function pathOf(file: File): string {
  return paths.get(file) ?? (file.webkitRelativePath || file.name);
}

/** The same file, said to stand at `path`. */
export function withPath(file: File, path: string): File {
  paths.set(file, path);
  return file;
}

/** Whether a drag carries files, and not a text or a link. */
export function carriesFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes('Files') ?? false;
}

/** All files of a drop, those in folders too. To be called while the drop event is handled. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // the list is emptied as soon as the event is over, so it is read before anything is awaited
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const dropped = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const found = await Promise.all(dropped.map((each) => (each ? filesIn(each) : [])));
  return found.flat();
}

async function filesIn(entry: FileSystemEntry | File): Promise<File[]> {
  if (entry instanceof File) return [entry];
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [withPath(file, entry.fullPath.replace(/^\//, ''))];
  }
  if (!isDirectory(entry)) return [];
  const files: File[] = [];
  for (const child of await childrenOf(entry)) files.push(...(await filesIn(child)));
  return files;
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry =>
  entry.isDirectory;

/** A reader gives at most 100 entries at a time, and none at the end. */
async function childrenOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (!some.length) return children;
    children.push(...some);
  }
}
