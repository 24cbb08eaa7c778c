import { useMutation } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';

import { checkWorkspace, type Wanted } from '@/api/fabric';
import { useAnnounce } from '@/ui/Announcer';

import { verdict } from './verdicts';

/** Looks at a workspace; what was asked before is given up, and so is everything on leaving. */
export function useCheck() {
  const announce = useAnnounce();
  const running = useRef<AbortController>(null);
  const { mutate, reset, ...state } = useMutation({
    mutationFn: (wanted: Wanted) => {
      const { signal } = (running.current = new AbortController());
      return checkWorkspace(wanted, signal);
    },
    onSuccess: (found) => announce(verdict(found)),
  });
  const stop = useCallback(() => running.current?.abort(), []);
  useEffect(() => stop, [stop]);
  return {
    data: state.data,
    error: state.error,
    isPending: state.isPending,
    start: (wanted: Wanted) => {
      stop();
      mutate(wanted);
    },
    reset: () => {
      stop();
      reset();
    },
  };
}
