import { QueryClient } from '@tanstack/react-query';

import { toProblem } from '@/api/problem';

const MOST_RETRIES = 2;

/** A refusal is final; what may pass (no answer, 5xx) is tried again before it is shown. */
export function shouldRetry(failures: number, thrown: unknown): boolean {
  const { status } = toProblem(thrown);
  return failures < MOST_RETRIES && (status === 0 || status >= 500);
}

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: shouldRetry, staleTime: 5_000 } },
});
