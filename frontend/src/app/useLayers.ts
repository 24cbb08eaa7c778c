import { useCallback, useState } from 'react';

import { useUrlParameter } from '@/ui/useUrlParameter';

/** What may lie above the page. The dialog and the drawer are in the address. */
export function useLayers() {
  const [add, setAdd] = useUrlParameter('add');
  const [jobs, setJobs] = useUrlParameter('jobs');
  const [files, setFiles] = useState<File[]>([]);
  const [keysOpen, setKeysOpen] = useState(false);
  return {
    addOpen: add !== null,
    /** The scenario that is to be loaded again; empty for a new one. */
    addName: add ?? '',
    /** Files that the dialog begins with. */
    files,
    openAdd: useCallback((name = '') => setAdd(name), [setAdd]),
    openAddWith: useCallback(
      (dropped: File[]) => {
        setFiles(dropped);
        setAdd('');
      },
      [setAdd],
    ),
    closeAdd: useCallback(() => {
      setFiles([]);
      setAdd(null, { replace: true });
    }, [setAdd]),
    jobsOpen: jobs !== null,
    /** Id of the job that the drawer begins with; empty for none. */
    focusJob: jobs ?? '',
    openJobs: useCallback((jobId = '') => setJobs(jobId), [setJobs]),
    closeJobs: useCallback(() => setJobs(null, { replace: true }), [setJobs]),
    keysOpen,
    openKeys: useCallback(() => setKeysOpen(true), []),
    closeKeys: useCallback(() => setKeysOpen(false), []),
  };
}

export type Layers = ReturnType<typeof useLayers>;
