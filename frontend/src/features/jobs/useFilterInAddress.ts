import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';

import { withParameters } from '@/lib/url';

import { FILTERS } from './text';
import { EVERYTHING, type Filter, type JobStatus } from './types';

type Names = Record<keyof Filter, string>;

/** Parameters of the address; the drawer's lie beside those of the page below it. */
export const PAGE_FILTER: Names = { status: 'status', scenario: 'scenario' };
export const DRAWER_FILTER: Names = { status: 'jobs-status', scenario: 'jobs-scenario' };

/** What a list shows is in the address, so that a reload shows the same. */
export function useFilterInAddress(names: Names): [Filter, (filter: Filter) => void] {
  const [params, setParams] = useSearchParams();
  const [status, scenario] = [params.get(names.status), params.get(names.scenario) ?? ''];
  const filter = useMemo(() => {
    const known = status !== null && status in FILTERS ? (status as JobStatus) : null;
    return known || scenario ? { status: known, scenario } : EVERYTHING;
  }, [status, scenario]);
  const setFilter = useCallback(
    (next: Filter) =>
      setParams(
        withParameters(new URLSearchParams(globalThis.location.search), {
          [names.status]: next.status,
          [names.scenario]: next.scenario || null,
        }),
        { replace: true },
      ),
    [names, setParams],
  );
  return [filter, setFilter];
}
