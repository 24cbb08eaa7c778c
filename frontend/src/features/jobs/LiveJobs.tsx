import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';

import { noteServerDate } from '@/lib/clock';
import { parseExact, stringifyExact } from '@/lib/exactJson';

import { snapshotOf, type Snapshot } from './cache';
import { nextConnection, type Connection } from './connection';
import { dropJob, knownJobs, takeIntoLists, takeJob, takeSnapshot } from './patches';
import { liveQuery } from './queries';
import { shareEvents } from './sharedStream';
import type { Job } from './types';
import { useEnds } from './useEnds';

const EVENTS = '/api/upload-jobs/events';
const NO_JOBS: Job[] = [];

interface Live {
  connection: Connection;
  reconnect: () => void;
}

const LiveContext = createContext<Live>({
  connection: { live: false, since: 0 },
  reconnect: () => {},
});

export const useLive = (): Live => useContext(LiveContext);

/** Keeps the jobs current for all below it, and tells when one ends. */
export function LiveJobs({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [connection, setConnection] = useState<Connection>(() => ({
    live: false,
    since: Date.now(),
  }));
  const reconnect = useRef(() => {});
  useEffect(() => {
    const turn = (live: boolean) =>
      setConnection((before) => nextConnection(before, live, Date.now()));
    const following = shareEvents(EVENTS, {
      onEvent: (name, data) => apply(client, name, data),
      onAlive: (answer) => {
        noteServerDate(answer?.headers.get('Date') ?? null);
        turn(true);
      },
      onLost: () => turn(false),
      snapshot: () => {
        const known = knownJobs(client);
        return known ? stringifyExact(known) : null;
      },
    });
    reconnect.current = following.reconnect;
    return following.close;
  }, [client]);
  const { data: known } = useQuery(liveQuery(connection.live));
  useEnds(known?.jobs);
  usePolled(connection.live, known);
  const live = useMemo(() => ({ connection, reconnect: () => reconnect.current() }), [connection]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

function apply(client: QueryClient, name: string, data: string): void {
  const told = parseExact(data) as { jobs: Job[]; since?: number; job: Job; id: string };
  // another window's snapshot may lack jobs that were deleted since, and says so itself
  if (name === 'snapshot') takeSnapshot(client, { ...snapshotOf(told.jobs), ...told });
  else if (name === 'job') takeJob(client, told.job);
  else if (name === 'deleted') dropJob(client, told.id);
}

/** While no stream tells what was deleted, what is read anew does. */
function usePolled(live: boolean, known: Snapshot | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (known && !live) takeIntoLists(client, known);
  }, [client, known, live]);
}

/** The active jobs and the newest, running ones first. */
export function useJobs() {
  const { connection } = useLive();
  const { data, error, dataUpdatedAt, refetch } = useQuery(liveQuery(connection.live));
  return {
    jobs: data?.jobs ?? NO_JOBS,
    known: data !== undefined,
    error,
    readAt: dataUpdatedAt,
    refetch,
  };
}
