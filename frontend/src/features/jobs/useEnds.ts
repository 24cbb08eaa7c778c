import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { SCENARIOS_KEY } from '@/api/scenarios';
import { useAnnounce } from '@/ui/Announcer';

import { announcement } from './announcements';
import { ringFor } from './bells';
import { isActive } from './states';
import type { Job } from './types';

/** Tells of each job that ends, however that became known: by the stream, a poll or an answer. */
export function useEnds(jobs: Job[] | undefined): void {
  const client = useQueryClient();
  const announce = useAnnounce();
  const before = useRef<ReadonlyMap<string, Job> | null>(null);
  useEffect(() => {
    if (!jobs) return;
    const ended = before.current ? justEnded(before.current, jobs) : [];
    for (const job of ended) {
      const said = announcement(before.current?.get(job.id), job);
      if (said) announce(said);
      ringFor(job);
    }
    if (ended.length > 0) void client.invalidateQueries({ queryKey: SCENARIOS_KEY });
    before.current = new Map(jobs.map((job) => [job.id, job]));
  }, [client, announce, jobs]);
}

/** Jobs that have ended since; one that nobody saw working may have loaded something too. */
function justEnded(before: ReadonlyMap<string, Job>, jobs: Job[]): Job[] {
  return jobs.filter((job) => {
    const known = before.get(job.id);
    return !isActive(job) && (!known || isActive(known));
  });
}
