/** Jobs whose end a person wants to be told of by the browser; kept in this browser. */
import { useSyncExternalStore } from 'react';

import { store, subscribe } from '@/ui/stored';

import { jobWord } from './states';
import { text } from './text';
import type { Job } from './types';

const KEY = 'jobs-to-tell-of';

function read(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.map(String) : [];
  } catch {
    return []; // what somebody else wrote there
  }
}

const write = (ids: string[]): void => store(KEY, JSON.stringify(ids));

export const useBell = (id: string): boolean =>
  useSyncExternalStore(subscribe, () => read().includes(id));

export const silence = (id: string): void => write(read().filter((each) => each !== id));

/** Asks for permission where that was not done before; false if there is none. */
export async function setBell(id: string): Promise<boolean> {
  if (!('Notification' in globalThis)) return false;
  if ((await Notification.requestPermission()) !== 'granted') return false;
  write([...read(), id]);
  return true;
}

/** Rings if somebody asked for it. Each window does: the tag makes one notification of them. */
export function ringFor(job: Job): void {
  if (!read().includes(job.id)) return;
  silence(job.id);
  try {
    const shown = new Notification(text.notification(job.scenario_name, jobWord(job)), {
      tag: job.id,
      ...(job.error && { body: job.error }),
    });
    shown.addEventListener('click', () => {
      globalThis.focus();
      globalThis.location.assign(`/jobs/${job.id}`);
    });
  } catch {
    // some browsers let only service workers show one
  }
}
