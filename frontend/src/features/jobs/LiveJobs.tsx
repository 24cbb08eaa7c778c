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
import { useAnnounce } from '@/ui/Announcer';

import { announcement, paced } from './announcements';
import { nextConnection, type Connection } from './connection';
import { dropJob, liveJobs, liveQuery, takeJob, takeSnapshot } from './queries';
import { shareEvents } from './sharedStream';
import type { Job } from './types';

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

/** Keeps the jobs current for all below it, and says when one ends. */
export function LiveJobs({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const announce = useAnnounce();
  const [connection, setConnection] = useState<Connection>(() => ({
    live: false,
    since: Date.now(),
  }));
  const reconnect = useRef(() => {});
  useEffect(() => {
    const saying = paced(announce);
    const turn = (live: boolean) =>
      setConnection((before) => nextConnection(before, live, Date.now()));
    const following = shareEvents(EVENTS, {
      onEvent: (name, data) => apply(client, name, data, saying.add),
      onAlive: (answer) => {
        noteServerDate(answer?.headers.get('Date') ?? null);
        turn(true);
      },
      onLost: () => turn(false),
      snapshot: () => stringifyExact({ jobs: liveJobs(client) ?? [] }),
    });
    reconnect.current = following.reconnect;
    return () => {
      following.close();
      saying.stop();
    };
  }, [client, announce]);
  const live = useMemo(() => ({ connection, reconnect: () => reconnect.current() }), [connection]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

function apply(client: QueryClient, name: string, data: string, say: (text: string) => void): void {
  const told = parseExact(data) as { jobs: Job[]; job: Job; id: string };
  const known = liveJobs(client) ?? NO_JOBS;
  const tell = (job: Job) => {
    const said = announcement(
      known.find((each) => each.id === job.id),
      job,
    );
    if (said) say(said);
  };
  if (name === 'snapshot') {
    told.jobs.forEach(tell);
    void takeSnapshot(client, told.jobs);
  } else if (name === 'job') {
    tell(told.job);
    takeJob(client, told.job);
  } else if (name === 'deleted') dropJob(client, told.id);
}

/** The active jobs and the newest, running ones first. */
export function useJobs() {
  const { connection } = useLive();
  const { data, error, dataUpdatedAt, refetch } = useQuery(liveQuery(connection.live));
  return {
    jobs: data ?? NO_JOBS,
    known: data !== undefined,
    error,
    readAt: dataUpdatedAt,
    refetch,
  };
}
