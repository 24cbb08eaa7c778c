import { makeStyles } from '@fluentui/react-components';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';

import { Page } from '@/ui/Page';

import { JobsView } from './JobsView';
import { FILTERS, text } from './text';
import { EVERYTHING, type Filter, type JobStatus } from './types';

const useStyles = makeStyles({
  // the header, the page's own head and its padding
  list: { height: 'calc(100dvh - 200px)', minHeight: '320px' },
});

/** The drawer as a page; its filters are in the address. */
export function JobsPage() {
  const styles = useStyles();
  const [filter, setFilter] = useFilterInAddress();
  return (
    <Page subject={text.jobs}>
      <div className={styles.list}>
        <JobsView filter={filter} onFilter={setFilter} />
      </div>
    </Page>
  );
}

function useFilterInAddress(): [Filter, (filter: Filter) => void] {
  const [params, setParams] = useSearchParams();
  const [status, scenario] = [params.get('status'), params.get('scenario') ?? ''];
  const filter = useMemo(() => {
    const known = status !== null && status in FILTERS ? (status as JobStatus) : null;
    return known || scenario ? { status: known, scenario } : EVERYTHING;
  }, [status, scenario]);
  const setFilter = useCallback(
    (next: Filter) => {
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          for (const name of ['status', 'scenario'] as const) {
            const value = next[name];
            if (value) after.set(name, value);
            else after.delete(name);
          }
          return after;
        },
        { replace: true },
      );
    },
    [setParams],
  );
  return [filter, setFilter];
}
