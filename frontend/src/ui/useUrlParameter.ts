import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

import { withParameters } from '@/lib/url';

/** A parameter of the address, so that a reload and the back button know the view.
 *
 * Setting it makes a new entry in the history unless `replace`; null takes it away.
 */
export function useUrlParameter(
  name: string,
): [string | null, (value: string | null, options?: { replace?: boolean }) => void] {
  const [search, setSearch] = useSearchParams();
  const set = useCallback(
    (value: string | null, options?: { replace?: boolean }) =>
      // not what was rendered: two parameters may be set before the next rendering
      setSearch(
        withParameters(new URLSearchParams(globalThis.location.search), { [name]: value }),
        options,
      ),
    [name, setSearch],
  );
  return [search.get(name), set];
}
