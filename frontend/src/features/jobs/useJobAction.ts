import { useMutation, useQueryClient } from '@tanstack/react-query';

import { api, body } from '@/api/client';
import { toProblem } from '@/api/problem';

import { dropJob, takeAnswer } from './patches';
import { exactBody } from './queries';
import type { Job } from './types';

export type Action = 'retry' | 'cancel' | 'delete';

const at = (id: string) => ({ params: { path: { job_id: id } }, parseAs: 'text' as const });

/** Retry, cancel or delete a job; a job that has gone meanwhile leaves the lists. */
export function useJobAction(action: Action) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => {
      if (action === 'delete') await body(api.DELETE('/api/upload-jobs/{job_id}', at(id)));
      else if (action === 'retry')
        takeAnswer(
          client,
          await exactBody<Job>(api.POST('/api/upload-jobs/{job_id}/retry', at(id))),
        );
      else
        takeAnswer(
          client,
          await exactBody<Job>(api.POST('/api/upload-jobs/{job_id}/cancel', at(id))),
        );
    },
    onSuccess: (_, id) => {
      if (action === 'delete') dropJob(client, id);
    },
    onError: (error, id) => {
      if (toProblem(error).status === 404) dropJob(client, id);
    },
  });
}
