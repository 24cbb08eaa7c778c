import { useMemo, useState } from 'react';

import { serverNow } from '@/lib/clock';

import { HISTORY, isHistory, opensByItself, rowsOf } from './tree';
import type { Job } from './types';

/**
 * The rows to draw, and what opens and closes them. What has opened by itself stays open, so that
 * an end does not hide what it has to tell.
 */
export function useRows(jobs: Job[], filtered: boolean, focusJobId: string) {
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map());
  const { recent, history, fresh } = useMemo(() => {
    const now = serverNow();
    const [recent, history] = [false, true].map((old) =>
      jobs.filter((job) => isHistory(job, now) === old),
    ) as [Job[], Job[]];
    const fresh = jobs
      .filter((job) => job.id === focusJobId || opensByItself(job, now))
      .map((job) => job.id);
    const nothingElse = recent.length === 0 && !filtered;
    if (nothingElse || history.some((job) => job.id === focusJobId)) fresh.push(HISTORY);
    return { recent, history, fresh };
  }, [jobs, filtered, focusJobId]);
  const opened = fresh.filter((key) => !chosen.has(key));
  if (opened.length > 0)
    setChosen(new Map([...chosen, ...opened.map((key) => [key, true] as const)]));
  const setOpen = (key: string, open: boolean) =>
    setChosen((before) => new Map(before).set(key, open));
  const rows = useMemo(() => {
    // who filters wants to find, wherever it is
    const isOpen = (key: string) => chosen.get(key) ?? (key === HISTORY && filtered);
    return rowsOf(recent, history, isOpen);
  }, [recent, history, chosen, filtered]);
  return { rows, setOpen };
}
