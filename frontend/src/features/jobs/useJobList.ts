import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';

import { matches, mergeJobs } from './cache';
import { useJobs } from './LiveJobs';
import { listQuery } from './queries';
import type { Filter } from './types';

export type JobList = ReturnType<typeof useJobList>;

/** The live jobs and the pages of the history, each job once. */
export function useJobList(filter: Filter) {
  const { jobs: live, known } = useJobs();
  const pages = useInfiniteQuery(listQuery(filter));
  const { fetchNextPage, hasNextPage, isFetchingNextPage, isError } = pages;
  const jobs = useMemo(() => {
    const history = pages.data?.pages.flatMap((page) => page.jobs) ?? [];
    return mergeJobs(live, history).filter((job) => matches(job, filter));
  }, [live, pages.data, filter]);
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage, isError]);
  return {
    live,
    jobs,
    loading: !known || pages.isPending,
    error: pages.error,
    hasMore: hasNextPage || pages.isLoadingError,
    loadingMore: isFetchingNextPage,
    more,
    again: () => void (pages.data ? fetchNextPage() : pages.refetch()),
  };
}
