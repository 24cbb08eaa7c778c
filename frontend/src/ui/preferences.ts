import { useSyncExternalStore } from 'react';

import { store, subscribe } from './stored';

/** One of `values`, kept in this browser under `name`; the first one until somebody chooses. */
export function usePreference<const T extends string>(
  name: string,
  values: readonly [T, ...T[]],
): [T, (value: T) => void] {
  const kept = useSyncExternalStore(subscribe, () => localStorage.getItem(name));
  const choose = (value: T) => store(name, value);
  return [values.find((value) => value === kept) ?? values[0], choose];
}
