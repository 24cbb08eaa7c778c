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
    /** Files that the dialog begins with. */
    files,
    openAdd: useCallback(() => setAdd(''), [setAdd]),
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
