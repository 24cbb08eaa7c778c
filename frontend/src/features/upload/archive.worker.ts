/** Reads and packs archives away from the page's thread. One job after another. */

import { packFolder, type FolderFile } from './packFolder';
import { isUnreadable, peek } from './peek';
import type { Peeked } from './peeked';
import { PEEK } from './text';

export type Task =
  { id: number; kind: 'peek'; file: Blob } | { id: number; kind: 'pack'; files: FolderFile[] };

export type Outcome =
  { id: number; peeked: Peeked } | { id: number; packed: File[] } | { id: number; failure: string };

let busy: Promise<unknown> = Promise.resolve();

globalThis.addEventListener('message', ({ data: task }: MessageEvent<Task>) => {
  busy = busy.then(async () => globalThis.postMessage(await outcomeOf(task)));
});

async function outcomeOf(task: Task): Promise<Outcome> {
  const { id } = task;
  try {
    if (task.kind === 'peek') return { id, peeked: await peek(task.file) };
    return { id, packed: await packFolder(task.files) };
  } catch (error) {
    const failure = isUnreadable(error) ? PEEK.changed : String((error as Error).message);
    return { id, failure };
  }
}
