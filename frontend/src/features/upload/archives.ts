import type { Outcome, Task } from './archive.worker';
import type { FolderFile } from './packFolder';
import type { Peeked } from './peeked';
import { PEEK } from './text';

type Pending = { resolve: (outcome: Outcome) => void; reject: (error: Error) => void };
type Wish = Task extends infer T ? (T extends Task ? Omit<T, 'id'> : never) : never;

/** A worker that reads and packs archives, for as long as a dialog is open. */
export class Archives {
  private worker: Worker | null = null;
  private readonly pending = new Map<number, Pending>();
  private count = 0;

  /** What is in a tarball. Rejects only if the worker itself can't run. */
  async peek(file: Blob): Promise<Peeked> {
    const outcome = await this.ask({ kind: 'peek', file });
    if ('peeked' in outcome) return outcome.peeked;
    throw new Error('failure' in outcome ? outcome.failure : '');
  }

  /** The tarballs of a scenario's folder. Rejects, in words, if its manifest can't be read. */
  async pack(files: FolderFile[]): Promise<File[]> {
    const outcome = await this.ask({ kind: 'pack', files });
    if ('packed' in outcome) return outcome.packed;
    throw new Error('failure' in outcome ? outcome.failure : '');
  }

  /** Stops whatever is being read. */
  close(): void {
    this.worker?.terminate();
    this.worker = null;
    this.pending.clear();
  }

  private ask(wish: Wish): Promise<Outcome> {
    const id = (this.count += 1);
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.started().postMessage({ ...wish, id } satisfies Task);
    });
  }

  private started(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(new URL('./archive.worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Outcome>) => {
      this.pending.get(data.id)?.resolve(data);
      this.pending.delete(data.id);
    });
    worker.addEventListener('error', () => {
      for (const { reject } of this.pending.values()) reject(new Error(PEEK.noWorker));
      this.pending.clear();
      this.worker = null; // the next file tries again
    });
    this.worker = worker;
    return worker;
  }
}
