// @vitest-environment jsdom
import { InfiniteQueryObserver, QueryClient, type InfiniteData } from '@tanstack/react-query';
import { expect, onTestFinished, test, vi } from 'vitest';

import { snapshotOf, type JobPage, type Snapshot } from './cache';
import { jobIn } from './factories';
import { dropJob, knownJobs, takeIntoLists, takeJob, takeSnapshot } from './patches';
import { LISTS, liveQuery } from './queries';
import type { Job } from './types';

const KEY = [...LISTS, 'all'];

/** A history on the screen, whose pages are answered by hand. */
function openHistory() {
  const client = new QueryClient();
  const answers: ((page: JobPage) => void)[] = [];
  const history = new InfiniteQueryObserver(client, {
    queryKey: KEY,
    queryFn: () => new Promise<JobPage>((resolve) => answers.push(resolve)),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.continuation ?? null,
  });
  onTestFinished(history.subscribe(() => {}));
  const asked = (times: number) => vi.waitFor(() => expect(answers).toHaveLength(times));
  const shows = (...jobs: Job[]) =>
    vi.waitFor(() => {
      const shown = history.getCurrentResult();
      expect(shown.isFetching).toBe(false);
      expect(shown.data?.pages.flatMap((page) => page.jobs)).toEqual(jobs);
    });
  return { client, answers, history, asked, shows };
}

test('a job that is deleted while the history is read does not come back with the answer', async () => {
  const { client, answers, asked, shows } = openHistory();
  const [kept, doomed] = [jobIn.done(), jobIn.done()];
  await asked(1);
  dropJob(client, doomed.id);
  answers[0]?.({ jobs: [doomed, kept] });
  await shows(kept);
});

test('nor does one of an earlier page while the next one is read', async () => {
  const { client, answers, history, asked, shows } = openHistory();
  const [old, kept, doomed] = [jobIn.done(), jobIn.done(), jobIn.done()];
  await asked(1);
  answers[0]?.({ jobs: [doomed, kept], continuation: 'next' });
  await shows(doomed, kept);
  void history.fetchNextPage();
  await asked(2);
  dropJob(client, doomed.id);
  answers[1]?.({ jobs: [old] });
  await shows(kept, old);
});

test('nor one that the snapshot after a loss does not hold', async () => {
  const { client, answers, asked, shows } = openHistory();
  const [kept, doomed] = [jobIn.done(), jobIn.done()];
  await asked(1);
  takeSnapshot(client, snapshotOf([kept]));
  answers[0]?.({ jobs: [doomed, kept] });
  await shows(kept);
});

test('a job that the answer has at work, and the snapshot not at all, is read again', async () => {
  const { client, answers, asked, shows } = openHistory();
  const newest = Array.from({ length: 50 }, () => jobIn.done());
  const retried = jobIn.running({ created_at: '2020-01-01T00:00:00Z' });
  const ended = { ...retried, status: 'done' as const };
  await asked(1);
  takeSnapshot(client, snapshotOf(newest));
  answers[0]?.({ jobs: [retried] });
  await asked(2);
  answers[1]?.({ jobs: [ended] });
  await shows(ended);
});

test('events that come in one breath with the snapshot are told after it', () => {
  const client = new QueryClient();
  const running = jobIn.running();
  const [doomed, ended] = [jobIn.done(), { ...running, status: 'done' as const }];
  takeSnapshot(client, snapshotOf([doomed, running]));
  dropJob(client, doomed.id);
  takeJob(client, ended);
  expect(knownJobs(client)?.jobs).toEqual([ended]);
});

test('a snapshot is not overwritten by an answer that is older', async () => {
  const client = new QueryClient();
  const job = jobIn.done();
  const answers: ((snapshot: Snapshot) => void)[] = [];
  const reading = client.fetchQuery({
    ...liveQuery(true),
    queryFn: () => new Promise<Snapshot>((resolve) => answers.push(resolve)),
  });
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  takeSnapshot(client, snapshotOf([job]));
  answers[0]?.(snapshotOf([]));
  await reading;
  expect(knownJobs(client)?.jobs).toEqual([job]);
});

test('one of the newest that is deleted takes no older ones along', () => {
  const client = new QueryClient();
  const history = Array.from({ length: 60 }, () => jobIn.done()).toReversed();
  client.setQueryData(KEY, { pages: [{ jobs: history }], pageParams: [null] });
  const newest = history.slice(0, 50);
  takeSnapshot(client, snapshotOf(newest));
  dropJob(client, newest[3]?.id ?? '');
  const known = knownJobs(client);
  expect(known?.jobs).toHaveLength(49);
  if (known) takeIntoLists(client, known); // as it is done when the stream is lost
  const data = client.getQueryData<InfiniteData<JobPage>>(KEY);
  expect(data?.pages[0]?.jobs).toHaveLength(59);
});
